// Whether Redis answers, learned from every call and connection. No call waits for longer than
// STORE_WAIT_MS after Redis was first found silent, so that those who queue up do not add their waits.
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';

/** Longer: a join hangs for longer before it is refused. Shorter: a failover is seen by who joins. */
export const STORE_WAIT_MS = 5_000;

export const unavailable = (): AppError =>
  new AppError('unavailable', 'the store of rooms does not answer');

/** What an answer shows: that Redis is there and reads, or that it does all that it is asked. */
export type Shown = 'reads' | 'all';

export class Breaker {
  readonly #time: Clock;
  readonly #onSilent: () => void;
  readonly #onAnswer: () => void;
  /** When it was found out; null while Redis answers. */
  #silentSinceMs: number | null;
  /** Its end. A replica, or a master that takes no writes, answers reads all the time. */
  #endsWith: Shown = 'reads';

  /** Silent until the first answer. `onSilent` and `onAnswer` are told of changes alone. */
  constructor(time: Clock, onSilent: () => void, onAnswer: () => void) {
    this.#time = time;
    this.#onSilent = onSilent;
    this.#onAnswer = onAnswer;
    this.#silentSinceMs = time.now();
  }

  get isAnswering(): boolean {
    return this.#silentSinceMs === null;
  }

  /** Until when a call that begins now may wait. Throws AppError `unavailable` when that is over. */
  waitUntilMs(): number {
    const now = this.#time.now();
    const untilMs = (this.#silentSinceMs ?? now) + STORE_WAIT_MS;
    if (untilMs <= now) throw unavailable();
    return untilMs;
  }

  /** Until an answer shows as much. */
  foundSilent(endsWith: Shown = 'reads'): void {
    if (endsWith === 'all') this.#endsWith = 'all';
    if (this.#silentSinceMs !== null) return;
    this.#silentSinceMs = this.#time.now();
    this.#onSilent();
  }

  answered(shown: Shown = 'reads'): void {
    if (this.#silentSinceMs === null || (this.#endsWith === 'all' && shown === 'reads')) return;
    this.#silentSinceMs = null;
    this.#endsWith = 'reads';
    this.#onAnswer();
  }
}
