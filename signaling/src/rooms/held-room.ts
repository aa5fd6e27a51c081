// One room that this node holds: its replica and its ring, kept up with the store's hints. All of it in one
// queue, so that what is said after a commit is told after it (PROTOCOL V7).
import type { Clock } from '../clock.ts';
import { AppError, hasCode } from '../errors.ts';
import type { AppMessage, RoomId } from '../protocol/index.ts';
import { positionOf, type RoomEvent, type RoomRecord, samePosition } from './record.ts';
import type { LostLog } from './rewinds.ts';
import { RingReader } from './ring-reader.ts';
import { RoomReplica } from './room-replica.ts';
import { RENEW_MS, type RingEntry, type RoomStore, type Whisper } from './room-store.ts';
import { SerialQueue } from './serial-queue.ts';

export interface HeldRoomDeps {
  readonly store: RoomStore;
  readonly clock: Clock;
  /** Whether a session on this node is in the room. */
  readonly isServed: () => boolean;
  readonly onEvents: (events: readonly RoomEvent[], record: RoomRecord) => void;
  /** As of RoomReplica's listener. */
  readonly onReset: (lost?: LostLog) => void;
  readonly onMessage: (message: AppMessage) => void;
  readonly onWhisper: (record: RoomRecord, whisper: Whisper) => void;
  /** Now and then: the record was compared with the store's, and is the same. */
  readonly onAudited: () => void;
  readonly onError: (error: unknown) => void;
  /** What the store told has been taken in. */
  readonly onRest: () => void;
}

export class HeldRoom {
  readonly #roomId: RoomId;
  readonly #deps: HeldRoomDeps;
  readonly #replica: RoomReplica;
  readonly #ring: RingReader;
  readonly #queue = new SerialQueue();
  readonly #subscription: Promise<() => void>;
  #cancelAudit: () => void = () => undefined;
  #hasMissed = false;
  #isClosed = false;
  #isBroken = false;
  /** Counts tasks that the store was away for. */
  #failures = 0;

  constructor(roomId: RoomId, deps: HeldRoomDeps) {
    this.#roomId = roomId;
    this.#deps = deps;
    this.#replica = new RoomReplica(roomId, deps.store, {
      onEvents: deps.onEvents,
      onReset: (lost) => {
        this.#ring.reset();
        deps.onReset(lost);
      },
    });
    this.#ring = new RingReader(roomId, deps.store, deps.onMessage);
    this.#subscription = deps.store.subscribe(roomId, {
      onMissed: () => void this.catchUp(),
      onEvents: (events) => void this.#absorb(() => this.#replica.absorb(events)),
      onMessage: (entry) => void this.#absorb(() => this.#absorbMessage(entry)),
      onWhisper: (whisper) => void this.#absorb(() => this.#absorbWhisper(whisper)),
    });
    this.#subscription.catch(() => {
      this.#isBroken = true;
    });
    this.#auditLater();
  }

  get record(): RoomRecord | null {
    return this.#replica.record;
  }

  /** Nothing is under way. */
  get isIdle(): boolean {
    return this.#queue.size === 0;
  }

  /** It hears of nothing, and never will: another one may. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * After what was asked for before; the room is subscribed to by then. What waited behind something that
   * the store was away for is `unavailable` with it: each would otherwise wait anew (PROTOCOL S4).
   */
  run<T>(task: (replica: RoomReplica) => Promise<T>): Promise<T> {
    const failures = this.#failures;
    return this.#queue.run(async () => {
      if (failures !== this.#failures)
        throw new AppError('unavailable', 'the store was waited for');
      try {
        await this.#subscription;
        return await task(this.#replica);
      } catch (error) {
        if (hasCode(error, 'unavailable')) this.#failures += 1;
        throw error;
      }
    });
  }

  /**
   * Something may have been missed. However often it is said, it is looked up once. Resolves when it was, or
   * is to be already; never rejects.
   */
  async catchUp(): Promise<void> {
    if (this.#hasMissed) return;
    this.#hasMissed = true;
    await this.#absorb(() => {
      this.#hasMissed = false;
      return this.#catchUp();
    });
  }

  /** After it the room speaks for nobody. Never throws; a subscription that fails to end is told. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelAudit();
    // One that was never there need not be ended, and who waited for it has been told.
    if (this.#isBroken) return;
    this.#subscription
      .then((unsubscribe) => unsubscribe())
      .catch((error: unknown) => {
        if (!this.#isBroken) this.#deps.onError(error);
      });
  }

  /** Its failure is told; never rejects. */
  async #absorb(task: () => Promise<void>): Promise<void> {
    if (this.#isClosed) return;
    await this.#queue.run(task).catch(this.#deps.onError).finally(this.#deps.onRest);
  }

  #auditLater(): void {
    const audit = () => this.#audit().finally(() => this.#isClosed || this.#auditLater());
    this.#cancelAudit = this.#deps.clock.after(RENEW_MS, () => void this.#absorb(audit));
  }

  /** Keeps the room, and finds out what no hint told (PROTOCOL N4). */
  async #audit(): Promise<void> {
    const known = this.#replica.record;
    if (known === null) return;
    const stored = await this.#deps.store.renew(this.#roomId);
    const isSame = stored !== null && samePosition(stored, positionOf(known));
    if (!isSame) await this.#replica.catchUp();
    await this.#catchUpRing();
    this.#deps.onAudited();
  }

  async #catchUp(): Promise<void> {
    if (this.#replica.record === null) return;
    await this.#replica.catchUp();
    await this.#catchUpRing();
  }

  async #catchUpRing(): Promise<void> {
    const { record } = this.#replica;
    if (record !== null) await this.#ring.catchUp(record.incarnation);
  }

  async #absorbMessage(entry: RingEntry): Promise<void> {
    const known = this.#replica.record;
    if (known === null) return;
    // Of another life of the room: this node has yet to hear of its end.
    if (known.incarnation !== entry.incarnation) await this.#replica.catchUp();
    if (this.#replica.record?.incarnation === entry.incarnation) await this.#ring.absorb(entry);
  }

  async #absorbWhisper(whisper: Whisper): Promise<void> {
    const known = this.#replica.record;
    if (known === null || !this.#deps.isServed()) return;
    const { incarnation, version } = whisper.at;
    if (known.incarnation !== incarnation || known.version < version) await this.#replica.catchUp();
    const { record } = this.#replica;
    if (record?.incarnation === incarnation && this.#deps.isServed()) {
      this.#deps.onWhisper(record, whisper);
    }
  }
}
