// People whose connection is lost: each has ABSENCE_MS to come back. Derived from the record alone,
// so every node that serves the room watches, the first to act wins and the others are refused. While the
// store is away nobody could come back, so nobody's time ends or runs (PROTOCOL S6).
import type { Clock } from '../clock.ts';
import type { PeerId, RoomId } from '../protocol/index.ts';
import type { RoomRecord } from './record.ts';

/** Longer: ghosts stay on screen. Shorter: a tunnel or a lift ends the call. */
export const ABSENCE_MS = 45_000;

/** When the record could not be told that somebody's time is over. */
const AGAIN_MS = 2_000;

export interface AbsencesDeps {
  readonly clock: Clock;
  readonly isStoreAway: () => boolean;
  /** Somebody's time is over. Rejects when it is to be said again. */
  readonly expire: (roomId: RoomId, peerId: PeerId, session: number) => Promise<void>;
}

interface Absence {
  readonly expire: () => Promise<void>;
  readonly beganMs: number;
  endsMs: number;
  cancel: () => void;
}

export class Absences {
  readonly #deps: AbsencesDeps;
  readonly #rooms = new Map<RoomId, ReadonlyMap<string, Absence>>();

  constructor(deps: AbsencesDeps) {
    this.#deps = deps;
  }

  has(roomId: RoomId): boolean {
    return this.#rooms.has(roomId);
  }

  /** Starts what is missing and stops what is over; null when the record is gone. */
  observe(roomId: RoomId, record: RoomRecord | null): void {
    const before = this.#rooms.get(roomId) ?? new Map<string, Absence>();
    const now = new Map<string, Absence>();
    for (const { peerId, session, connected } of record?.peers ?? []) {
      if (connected) continue;
      const key = `${peerId}:${session}`;
      const known = before.get(key);
      now.set(key, known ?? this.#begin(() => this.#deps.expire(roomId, peerId, session)));
    }
    for (const [key, { cancel }] of before) if (!now.has(key)) cancel();
    if (now.size > 0) this.#rooms.set(roomId, now);
    else this.#rooms.delete(roomId);
  }

  /** The store is back after an outage: whoever could not come back meanwhile has all of the time again. */
  restart(): void {
    for (const absence of this.#all()) {
      absence.cancel();
      this.#wait(absence, ABSENCE_MS);
    }
  }

  /** The store is back after a hiccup, which is not counted. */
  extend(awayMs: number): void {
    const nowMs = this.#deps.clock.now();
    for (const absence of this.#all()) {
      absence.cancel();
      const endsMs = absence.endsMs + Math.min(awayMs, nowMs - absence.beganMs);
      this.#wait(absence, Math.max(0, endsMs - nowMs));
    }
  }

  close(): void {
    for (const { cancel } of this.#all()) cancel();
    this.#rooms.clear();
  }

  #all(): readonly Absence[] {
    return [...this.#rooms.values()].flatMap((absences) => [...absences.values()]);
  }

  #begin(expire: Absence['expire']): Absence {
    const nowMs = this.#deps.clock.now();
    const absence: Absence = { expire, beganMs: nowMs, endsMs: nowMs, cancel: () => undefined };
    this.#wait(absence, ABSENCE_MS);
    return absence;
  }

  #wait(absence: Absence, ms: number): void {
    let isCancelled = false;
    absence.endsMs = this.#deps.clock.now() + ms;
    const stop = this.#deps.clock.after(ms, () => {
      // `restart` or `extend` goes on with it.
      if (this.#deps.isStoreAway()) return;
      absence.expire().catch(() => {
        if (!isCancelled) this.#wait(absence, AGAIN_MS);
      });
    });
    absence.cancel = () => {
      isCancelled = true;
      stop();
    };
  }
}
