// Runs scripts, by their hash where Redis knows them. Writes carry a moment after which Redis does not do
// them any more: a Redis that was halted and goes on finds commands whose callers have given up.
import * as z from 'zod/mini';
import { unavailable } from './breaker.ts';
import { type Calls, replyCode } from './calls.ts';
import type { Client } from './link.ts';
import type { RedisTime } from './redis-time.ts';
import type { Script } from './scripts.ts';

const Late = z.tuple([z.literal('late'), z.number()]);
const Done = z.tuple([z.literal('done'), z.number()]);

type Argument = string | number;

/** A caller's timer may fire a little early: by then no write may be left that is still in time. */
const EARLIER_MS = 100;

export class ScriptRunner {
  readonly #client: Client;
  readonly #calls: Calls;
  readonly #redisTime: RedisTime;

  constructor(client: Client, calls: Calls, redisTime: RedisTime) {
    this.#client = client;
    this.#calls = calls;
    this.#redisTime = redisTime;
  }

  /** For what may as well be done late. Errors as in Calls.run. */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    return this.#calls.run(() => this.#evaluate(script, keys, args));
  }

  /** A write, whatever the breaker says, for up to `waitMs`. */
  probe(
    waitMs: number,
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    return this.#calls.probe(waitMs, () => this.#evaluate(script, keys, args), 'all');
  }

  /** What only reads, whatever the breaker says, for up to `waitMs`. */
  look(
    waitMs: number,
    script: Script,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    return this.#calls.probe(waitMs, () => this.#evaluate(script, keys, args));
  }

  /** Of a write's answer the number. ARGV[1] is the moment after which it is not done; `args` follow. */
  write(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<number> {
    return this.#calls.run(async (untilMs) => {
      const attempt = () => {
        const inTime = this.#redisTime.at(untilMs - EARLIER_MS);
        return this.#evaluate(script, keys, [inTime, ...args]);
      };
      let answer = await attempt();
      const late = Late.safeParse(answer);
      if (late.success) {
        // The clocks are further apart than was thought, or it really is late: now it is known.
        this.#redisTime.learn(late.data[1]);
        answer = await attempt();
      }
      const done = Done.safeParse(answer);
      if (!done.success) throw unavailable();
      return done.data[1];
    }, 'all');
  }

  async #evaluate(
    { lua, sha }: Script,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    try {
      return await this.#client.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (replyCode(error) !== 'NOSCRIPT') throw error;
      return this.#client.eval(lua, keys.length, ...keys, ...args);
    }
  }
}
