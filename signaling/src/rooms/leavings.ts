// Rooms that move: each has LEAVE_AFTER_MS until what is left of it at its former home ends. Derived from the
// record alone, as call-modes.ts, so that every node that serves the room watches; the first to act wins,
// and what the others do changes nothing (PROTOCOL M17).
import type { Clock } from '../clock.ts';
import type { RoomId } from '../protocol/index.ts';
import type { RoomRecord } from './record.ts';

/** Longer: a node that drains waits longer for who cannot reach the new one. Shorter: they lose their media. */
export const LEAVE_AFTER_MS = 60_000;

/** When the record could not be told that the time is over. */
const AGAIN_MS = 2_000;

export interface LeavingsDeps {
  readonly clock: Clock;
  /** Then nobody is told anything: it could not be said. */
  readonly isStoreAway: () => boolean;
  /** Rejects when it is to be said again. */
  readonly end: (roomId: RoomId, placement: number) => Promise<void>;
}

interface Leaving {
  readonly from: number;
  readonly to: number;
  cancel: () => void;
}

export class Leavings {
  readonly #deps: LeavingsDeps;
  readonly #rooms = new Map<RoomId, Leaving>();

  constructor(deps: LeavingsDeps) {
    this.#deps = deps;
  }

  /**
   * Starts what is missing and stops what is over; null when the record is gone, or served no more. A room
   * whose new home was lost has no time: it is where it was until there is another, and then has all of it.
   */
  observe(roomId: RoomId, record: RoomRecord | null): void {
    const known = this.#rooms.get(roomId);
    const from = record?.home === null ? undefined : record?.leaving?.placement;
    const to = record?.placement;
    if (known?.from === from && known?.to === to) return;
    known?.cancel();
    this.#rooms.delete(roomId);
    if (from !== undefined && to !== undefined) this.#begin(roomId, from, to);
  }

  close(): void {
    for (const { cancel } of this.#rooms.values()) cancel();
    this.#rooms.clear();
  }

  #begin(roomId: RoomId, from: number, to: number): void {
    const { clock, isStoreAway, end } = this.#deps;
    const leaving: Leaving = { from, to, cancel: () => undefined };
    const later = (ms: number): void => {
      leaving.cancel = clock.after(ms, () => {
        const again = (): void => {
          if (this.#rooms.get(roomId) === leaving) later(AGAIN_MS);
        };
        if (isStoreAway()) again();
        else end(roomId, from).catch(again);
      });
    };
    later(LEAVE_AFTER_MS);
    this.#rooms.set(roomId, leaving);
  }
}
