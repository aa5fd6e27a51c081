// Calls over a link: each waits for Redis as long as the breaker allows, and is tried again after a
// connection was lost. So whatever is called must do nothing more when it is done twice.
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { type Breaker, type Shown, unavailable } from './breaker.ts';
import type { Connection, Link } from './link.ts';

/** A call unanswered for so long finds Redis silent. Shorter: a slow disk or a fork is taken for it. */
const PATIENCE_MS = 1_000;

/** Between two tries while the link is up, as in a failover. Shorter: more tries, by every call. */
const RETRY_MS = 50;

/** Replies of a Redis that is about to serve again, or takes no writes, or has been replaced. */
const PASSING = new Set([
  'LOADING',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'MOVED',
  'ASK',
  'NOREPLICAS',
  'BUSY',
  'OOM',
  'MISCONF',
]);

/** The first word of what Redis replied; null when no reply came. The rest may hold what was sent. */
export const replyCode = (error: unknown): string | null =>
  error instanceof Error && error.name === 'ReplyError'
    ? (error.message.split(' ')[0] ?? '')
    : null;

class Lost extends Error {}

export class Calls {
  readonly #link: Link<Connection>;
  readonly #breaker: Breaker;
  readonly #time: Clock;

  constructor(link: Link<Connection>, breaker: Breaker, time: Clock) {
    this.#link = link;
    this.#breaker = breaker;
    this.#time = time;
  }

  /**
   * The answer of the first attempt that gets one; `untilMs`: when nobody waits for it any more. Rejects
   * with AppError `unavailable`, or `internal` for what Redis refuses however often it is asked.
   */
  run<T>(attempt: (untilMs: number) => Promise<T>, shows: Shown = 'reads'): Promise<T> {
    try {
      return this.#runUntil(this.#breaker.waitUntilMs(), attempt, shows);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As `run`, whatever the breaker says, for up to `waitMs`: finds out whether Redis answers. */
  probe<T>(
    waitMs: number,
    attempt: (untilMs: number) => Promise<T>,
    shows: Shown = 'reads',
  ): Promise<T> {
    return this.#runUntil(this.#time.now() + waitMs, attempt, shows);
  }

  async #runUntil<T>(
    untilMs: number,
    attempt: (untilMs: number) => Promise<T>,
    shows: Shown,
  ): Promise<T> {
    for (;;) {
      if (!this.#link.isUp) await this.#up(untilMs);
      try {
        const answer = await this.#once(untilMs, attempt, shows);
        this.#breaker.answered(shows);
        return answer;
      } catch (error) {
        if (error instanceof AppError) throw error;
        const code = replyCode(error);
        if (code !== null && !PASSING.has(code)) {
          throw new AppError('internal', `Redis refuses: ${code}`);
        }
        // It is there, and refuses: what it does not refuse shows nothing.
        this.#breaker.foundSilent(code === null ? 'reads' : 'all');
        await this.#pause(untilMs);
      }
    }
  }

  #once<T>(untilMs: number, attempt: (untilMs: number) => Promise<T>, shows: Shown): Promise<T> {
    return this.#until<T>(
      untilMs,
      (resolve, reject) => {
        const stopWaiting = this.#afterInput(PATIENCE_MS, () => this.#breaker.foundSilent(shows));
        const stopWatching = this.#link.whenDown(() => reject(new Lost()));
        attempt(untilMs).then(resolve, reject);
        return () => {
          stopWaiting();
          stopWatching();
        };
      },
      shows,
    );
  }

  #up(untilMs: number): Promise<void> {
    return this.#until(untilMs, (resolve) => this.#link.whenUp(resolve));
  }

  #pause(untilMs: number): Promise<void> {
    return this.#until(untilMs, (resolve) => this.#time.after(RETRY_MS, resolve));
  }

  /**
   * What `begin` comes to, or `unavailable` in the end; then the answer of `begin` ends what it began.
   * Without Promise.race, which would keep every call on a list of the link for as long as it is up.
   */
  #until<T>(
    untilMs: number,
    begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
    shows: Shown = 'reads',
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const stopClock = this.#atEnd(untilMs, reject, shows);
    const stop = begin(resolve, reject);
    return promise.finally(() => {
      stopClock();
      stop();
    });
  }

  #atEnd(untilMs: number, reject: (error: AppError) => void, shows: Shown): () => void {
    return this.#afterInput(Math.max(0, untilMs - this.#time.now()), () => {
      this.#breaker.foundSilent(shows);
      reject(unavailable());
    });
  }

  /** After `ms` and whatever has come in by then: a process that was held up reads it after its timers. */
  #afterInput(ms: number, task: () => void): () => void {
    let look: NodeJS.Immediate | undefined;
    const stop = this.#time.after(ms, () => {
      look = setImmediate(task);
    });
    return () => {
      stop();
      clearImmediate(look);
    };
  }
}
