// Rooms in which something has to happen later: a call of two that may go direct again, and a room that
// waits for its media node. Derived from the record alone, as absences.ts, so that every node that serves
// the room watches; the first to act wins, and what the others do changes nothing (PROTOCOL C8, M1).
import type { Clock } from '../clock.ts';
import type { RoomId } from '../protocol/index.ts';
import { lacksHome, mayGoDirect } from './mode-rules.ts';
import type { RoomRecord } from './record.ts';

/** Longer: two people use the server for longer. Shorter: it moves for whoever loads the page anew. */
export const BACK_TO_PEER_TO_PEER_MS = 15_000;

/** Longer: a room waits longer when the node that should have placed it did not, or no worker was up. */
export const PLACE_RETRY_MS = 500;

export interface CallModesDeps {
  readonly clock: Clock;
  readonly onMayGoDirect: (roomId: RoomId) => void;
  /** Asked again for as long as the room lacks a home, never while it is being answered. */
  readonly onLacksHome: (roomId: RoomId) => Promise<void>;
}

type Waiting = Map<RoomId, { cancel: () => void }>;

export class CallModes {
  readonly #deps: CallModesDeps;
  readonly #back: Waiting = new Map();
  readonly #homeless: Waiting = new Map();

  constructor(deps: CallModesDeps) {
    this.#deps = deps;
  }

  /** Starts what is missing and stops what is over; null when the record is gone, or served no more. */
  observe(roomId: RoomId, record: RoomRecord | null): void {
    const { clock, onMayGoDirect } = this.#deps;
    if (record === null || !mayGoDirect(record)) stop(this.#back, roomId);
    else if (!this.#back.has(roomId)) {
      const cancel = clock.after(BACK_TO_PEER_TO_PEER_MS, () => onMayGoDirect(roomId));
      this.#back.set(roomId, { cancel });
    }
    if (record === null || !lacksHome(record)) stop(this.#homeless, roomId);
    else if (!this.#homeless.has(roomId)) this.#awaitHome(roomId);
  }

  close(): void {
    for (const waiting of [this.#back, this.#homeless]) {
      for (const roomId of waiting.keys()) stop(waiting, roomId);
    }
  }

  #awaitHome(roomId: RoomId): void {
    const { clock, onLacksHome } = this.#deps;
    const again = async (): Promise<void> => {
      await onLacksHome(roomId).catch(() => undefined);
      if (this.#homeless.get(roomId) === waiting) waiting.cancel = clock.after(PLACE_RETRY_MS, ask);
    };
    const ask = (): void => void again();
    const waiting = { cancel: clock.after(PLACE_RETRY_MS, ask) };
    this.#homeless.set(roomId, waiting);
  }
}

const stop = (waiting: Waiting, roomId: RoomId): void => {
  waiting.get(roomId)?.cancel();
  waiting.delete(roomId);
};
