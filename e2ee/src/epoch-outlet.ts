// Brings the session's epochs to the frame worker, in their order, and lets `ready` go to the server
// only once frames of that epoch can be opened (SPEC G40, G41).
import { type FeedPort, FrameKeyFeed } from './frame-key-feed.ts';
import { type GroupPoint, samePoint } from './group-id.ts';
import type { SessionEffect } from './group-session-types.ts';
import type { EpochFacts } from './mls-membership.ts';

type Ready = SessionEffect & { readonly type: 'send-ready' };

export interface EpochOutletDeps {
  readonly onReady: (ready: Ready) => void;
  /** The own frames cannot go on under the keys that there are. */
  readonly onEpochNeeded: () => void;
  /** Keys that cannot be handed over: nobody could be heard. */
  readonly onFailed: () => void;
}

export class EpochOutlet {
  readonly #deps: EpochOutletDeps;
  readonly #feed: FrameKeyFeed;
  /** Installing takes a promise's time; whatever is said of an epoch waits for its turn behind it. */
  #tail: Promise<void> = Promise.resolve();
  #newest: GroupPoint | null = null;
  #sending: GroupPoint | null = null;
  #heldReady: Ready | null = null;
  #connected = false;
  #wiped = false;

  constructor(deps: EpochOutletDeps) {
    this.#deps = deps;
    this.#feed = new FrameKeyFeed({
      onInstalled: (point) => this.#onInstalled(point),
      // Of an epoch that has ended: senders are on their way to the next already.
      onRotationDue: (point) => {
        if (samePoint(point, this.#newest)) deps.onEpochNeeded();
      },
    });
  }

  /** The frame worker, or the one in place of a lost one: that one seals in later epochs alone. */
  connect(port: FeedPort): void {
    if (this.#wiped) return port.close();
    const isReplacement = this.#connected;
    this.#connected = true;
    this.#feed.connect(port);
    const sending = this.#sending;
    if (sending !== null) this.#next(() => this.#feed.sendIn(sending));
    if (isReplacement) this.#deps.onEpochNeeded();
  }

  install({ groupId, epoch, leaf, roster, baseKey }: EpochFacts): void {
    const leaves = new Map(roster.map((member) => [member.peerId, member.leaf]));
    this.#newest = { groupId, epoch };
    this.#next(async () => {
      try {
        await this.#feed.install({ groupId, epoch, ownLeaf: leaf, leaves }, baseKey);
      } finally {
        baseKey.fill(0);
      }
    });
  }

  /** Of an epoch that another one followed before it was installed, nobody is told. */
  ready(ready: Ready): void {
    this.#heldReady = ready;
  }

  switchTo(point: GroupPoint): void {
    this.#sending = point;
    this.#next(() => this.#feed.sendIn(point));
  }

  /** Leave, or a kick. May be called twice. */
  wipe(): void {
    this.#wiped = true;
    this.#heldReady = null;
    this.#feed.wipe();
  }

  #onInstalled(point: GroupPoint): void {
    const ready = this.#heldReady;
    if (ready === null || !samePoint(ready.group, point)) return;
    this.#heldReady = null;
    this.#deps.onReady(ready);
  }

  #next(task: () => void | Promise<void>): void {
    const turn = async (): Promise<void> => {
      if (!this.#wiped) await task();
    };
    this.#tail = this.#tail.then(turn);
    this.#tail.catch(() => this.#deps.onFailed());
  }
}
