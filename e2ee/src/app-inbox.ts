// Others' application messages on their way in (SPEC G44): opened one at a time, in the order in which
// they came; those of an epoch that is not there yet wait for it, a while and not too many.
import type { FrameClock } from './frame-clock.ts';
import type { Bytes } from './group-bytes.ts';
import type { OpenedMessage } from './key-worker-messages.ts';

export type SealedMessage = {
  /** As the server names them. */
  readonly from: string;
  readonly to: string;
  readonly envelope: Bytes;
};

/** `early`: of an epoch that may come. */
export type Opening =
  | { readonly kind: 'opened'; readonly message: OpenedMessage }
  | { readonly kind: 'early' }
  | { readonly kind: 'dropped' };

/** As long as a sender's last epoch lives; raising it lets garbage lie longer. */
export const HELD_MS = 10_000;
export const MAX_HELD = 64;
/** Of one sender: whoever has the link can seal what looks early, and must not fill all places. */
export const MAX_HELD_OF_ONE = 8;
/** More than the server's ring of messages: beyond it somebody floods, and the newest are dropped. */
const MAX_UNOPENED = 1024;

export interface AppInboxDeps {
  readonly clock: FrameClock;
  readonly open: (sealed: SealedMessage) => Promise<Opening>;
  readonly onMessage: (message: OpenedMessage) => void;
  readonly onFailed: () => void;
}

type Held = SealedMessage & { readonly until: number };

export class AppInbox {
  readonly #deps: AppInboxDeps;
  #tail: Promise<void> = Promise.resolve();
  #unopened = 0;
  #held: readonly Held[] = [];
  #cancelExpiry: (() => void) | null = null;
  #closed = false;

  constructor(deps: AppInboxDeps) {
    this.#deps = deps;
  }

  add(sealed: SealedMessage): void {
    if (this.#unopened >= MAX_UNOPENED) return;
    this.#unopened += 1;
    this.#next(async () => {
      this.#unopened -= 1;
      // Behind what waits of the same sender: its sequence numbers only rise.
      const isBehind = this.#held.some(({ from }) => from === sealed.from);
      if (isBehind || !(await this.#settle(sealed))) this.#hold(sealed);
    });
  }

  epochBegan(): void {
    if (this.#held.length > 0) this.#next(() => this.#openHeld());
  }

  close(): void {
    this.#closed = true;
    this.#held = [];
    this.#cancelExpiry?.();
  }

  #next(task: () => Promise<void>): void {
    const turn = async (): Promise<void> => {
      if (!this.#closed) await task();
    };
    this.#tail = this.#tail.then(turn);
    this.#tail.catch(() => this.#deps.onFailed());
  }

  /** False if it is too early. */
  async #settle(sealed: SealedMessage): Promise<boolean> {
    const opening = await this.#deps.open(sealed);
    if (this.#closed) return true;
    if (opening.kind === 'opened') this.#deps.onMessage(opening.message);
    return opening.kind !== 'early';
  }

  #hold(sealed: SealedMessage): void {
    const own = this.#held.filter(({ from }) => from === sealed.from).length;
    if (this.#closed || this.#held.length >= MAX_HELD || own >= MAX_HELD_OF_ONE) return;
    this.#held = [...this.#held, { ...sealed, until: this.#deps.clock.now() + HELD_MS }];
    this.#scheduleExpiry();
  }

  async #openHeld(): Promise<void> {
    const now = this.#deps.clock.now();
    const held = this.#held.filter(({ until }) => until > now);
    const early: Held[] = [];
    for (const each of held) {
      const isBehind = early.some(({ from }) => from === each.from);
      if (isBehind || !(await this.#settle(each))) early.push(each);
    }
    if (this.#closed) return;
    this.#held = early;
    this.#scheduleExpiry();
  }

  /** What lay too long is let go, and what waited behind it is looked at. */
  #scheduleExpiry(): void {
    this.#cancelExpiry?.();
    const [oldest] = this.#held;
    if (oldest === undefined) return;
    const { clock } = this.#deps;
    const ms = Math.max(0, oldest.until - clock.now());
    this.#cancelExpiry = clock.after(ms, () => this.#next(() => this.#openHeld()));
  }
}
