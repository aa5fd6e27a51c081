// Redis' clock as seen from here, so that a script can tell when its caller has given up.
import type { Clock } from '../../clock.ts';

export class RedisTime {
  readonly #time: Clock;
  /** Redis' clock less ours; at first as if both were set alike. */
  #aheadMs: number;

  constructor(time: Clock) {
    this.#time = time;
    this.#aheadMs = Date.now() - time.now();
  }

  /** Redis told this time, some time ago: what we take for its time is never ahead of it. */
  learn(redisMs: number): void {
    this.#aheadMs = redisMs - this.#time.now();
  }

  /** Redis' time at a moment of ours. */
  at(ms: number): number {
    return Math.floor(ms + this.#aheadMs);
  }
}
