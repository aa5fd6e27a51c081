// The ring of a room as one node hears it: in order, none twice; a gap is looked up (PROTOCOL V7).
// Runs inside the room's queue.
import type { AppMessage, Incarnation, RoomId } from '../protocol/index.ts';
import type { RingEntry, RoomStore } from './room-store.ts';

export class RingReader {
  readonly #roomId: RoomId;
  readonly #store: RoomStore;
  readonly #onMessage: (message: AppMessage) => void;
  /** The last that was told; null before the first in this life of the room. */
  #last: number | null = null;

  constructor(roomId: RoomId, store: RoomStore, onMessage: (message: AppMessage) => void) {
    this.#roomId = roomId;
    this.#store = store;
    this.#onMessage = onMessage;
  }

  async absorb({ incarnation, message }: RingEntry): Promise<void> {
    const last = this.#last;
    if (last !== null && message.seq <= last) return;
    if (last === null || message.seq === last + 1) {
      this.#tell(message);
      return;
    }
    await this.catchUp(incarnation);
  }

  /** What was posted since the last that was told; who has heard of it in another way drops it. */
  async catchUp(incarnation: Incarnation): Promise<void> {
    const read = await this.#store.readMessages(this.#roomId, this.#last ?? 0);
    if (read?.incarnation === incarnation) for (const missed of read.messages) this.#tell(missed);
  }

  /** The room has begun another life, and its ring with it. */
  reset(): void {
    this.#last = null;
  }

  #tell(message: AppMessage): void {
    this.#last = message.seq;
    this.#onMessage(message);
  }
}
