// The group's side of the frame worker: hands each epoch over as a key that cannot be read out, and
// remembers over all workers what was handed over, so that a new worker never starts a counter anew.
import type { WebCryptoKey } from './web-types.ts';
import type { GroupPoint } from './group-id.ts';
import { importBaseKey } from './key-schedule.ts';
import { type KeyMessage, parseKeyAnswer } from './worker-messages.ts';

export interface FeedPort {
  postMessage(message: KeyMessage, transfer: []): void;
  addEventListener(type: 'message', listener: (event: Event) => void): void;
  start(): void;
  close(): void;
}

export interface FrameKeyFeedDeps {
  readonly onRotationDue: (point: GroupPoint) => void;
  /** The worker opens frames of this epoch from now on. */
  readonly onInstalled: (point: GroupPoint) => void;
}

export interface FedEpoch extends GroupPoint {
  readonly ownLeaf: number;
  readonly leaves: ReadonlyMap<string, number>;
}

type Handed = FedEpoch & { readonly baseKey: WebCryptoKey };

export class FrameKeyFeed {
  readonly #deps: FrameKeyFeedDeps;
  #port: FeedPort | undefined;
  #newest: Handed | undefined;
  /** By group, the newest epoch that an earlier worker had: it may have sealed in all up to it. */
  readonly #formerWorkers = new Map<string, number>();
  readonly #handedOver = new Map<string, number>();
  /** Epochs go over in the order of their coming, however long each import takes. */
  #queue: Promise<void> = Promise.resolve();
  #wiped = false;

  constructor(deps: FrameKeyFeedDeps) {
    this.#deps = deps;
  }

  /**
   * The port to the frame worker, or to the one that replaces it. The new one opens frames of the
   * running epoch at once, and seals only in epochs that begin after this call.
   */
  connect(port: FeedPort): void {
    this.#port?.close();
    this.#port = port;
    for (const [groupId, epoch] of this.#handedOver) this.#formerWorkers.set(groupId, epoch);
    port.addEventListener('message', (event) => this.#onAnswer(event));
    port.start();
    if (this.#newest !== undefined) this.#post(this.#newest);
  }

  /** `baseKey`: MLS-Exporter("SFrame 1.0 Base Key", "", 16). The caller wipes it afterwards. */
  async install(epoch: FedEpoch, baseKey: Uint8Array): Promise<void> {
    const importing = importBaseKey(baseKey);
    const hand = async (): Promise<void> => {
      const handed = { ...epoch, baseKey: await importing };
      if (this.#wiped) return;
      this.#newest = handed;
      this.#post(handed);
    };
    const turn = this.#queue.then(hand);
    this.#queue = turn.catch(() => undefined);
    await turn;
  }

  /** Frames are sealed in this epoch from now on; once `install` of it has resolved. */
  sendIn(point: GroupPoint): void {
    this.#port?.postMessage({ type: 'send-in', point }, []);
  }

  /** Leave, or a kick. */
  wipe(): void {
    this.#wiped = true;
    this.#newest = undefined;
    this.#port?.postMessage({ type: 'wipe' }, []);
  }

  #post(handed: Handed): void {
    if (this.#port === undefined) return;
    const { groupId, epoch } = handed;
    const canSend = epoch > (this.#formerWorkers.get(groupId) ?? -1);
    this.#handedOver.set(groupId, Math.max(epoch, this.#handedOver.get(groupId) ?? -1));
    this.#port.postMessage({ type: 'install', keys: { ...handed, canSend } }, []);
  }

  #onAnswer(event: Event): void {
    const answer = parseKeyAnswer('data' in event ? event.data : undefined);
    if (answer === undefined) return;
    const { groupId, epoch } = answer;
    switch (answer.type) {
      case 'installed':
        return this.#deps.onInstalled({ groupId, epoch });
      case 'rotation-due':
        return this.#deps.onRotationDue({ groupId, epoch });
    }
  }
}
