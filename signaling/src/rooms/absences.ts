// People whose connection is lost: each has ABSENCE_MS to come back. Derived from the record alone,
// so every node that serves the room watches, the first to act wins and the others are refused.
import type { Clock } from '../clock.ts';
import type { PeerId, RoomId } from '../protocol/index.ts';
import type { RoomRecord } from './record.ts';

/** Longer: ghosts stay on screen. Shorter: a tunnel or a lift ends the call. */
export const ABSENCE_MS = 45_000;

type Expire = (roomId: RoomId, peerId: PeerId, session: number) => void;

export class Absences {
  readonly #clock: Clock;
  readonly #expire: Expire;
  readonly #rooms = new Map<RoomId, Map<string, () => void>>();

  constructor(clock: Clock, expire: Expire) {
    this.#clock = clock;
    this.#expire = expire;
  }

  has(roomId: RoomId): boolean {
    return this.#rooms.has(roomId);
  }

  /** Starts what is missing and stops what is over; null when the record is gone. */
  observe(roomId: RoomId, record: RoomRecord | null): void {
    const before = this.#rooms.get(roomId) ?? new Map<string, () => void>();
    const now = new Map<string, () => void>();
    for (const { peerId, session, connected } of record?.peers ?? []) {
      if (connected) continue;
      const key = `${peerId}:${session}`;
      const cancel =
        before.get(key) ??
        this.#clock.after(ABSENCE_MS, () => this.#expire(roomId, peerId, session));
      now.set(key, cancel);
    }
    for (const [key, cancel] of before) if (!now.has(key)) cancel();
    if (now.size > 0) this.#rooms.set(roomId, now);
    else this.#rooms.delete(roomId);
  }

  close(): void {
    for (const timers of this.#rooms.values()) for (const cancel of timers.values()) cancel();
    this.#rooms.clear();
  }
}
