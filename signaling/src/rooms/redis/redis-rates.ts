// How often something happens to all processes together, in Redis: one key that ends by itself for each name.
// A name is kept as its hash, so that no address of anybody can be read there.
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Rates } from '../../rates.ts';
import { unavailable } from './breaker.ts';
import type { ScriptRunner } from './script-runner.ts';
import { RATE } from './scripts.ts';

const Counted = z.tuple([z.int(), z.int()]);

const keyOf = (name: string): string =>
  `rate:${createHash('sha256').update(name).digest('base64url')}`;

/** `isAnswering`: nobody's request waits for a store that is known to be away. */
export const createRedisRates = (scripts: ScriptRunner, isAnswering: () => boolean): Rates => ({
  count: async (name, windowMs) => {
    if (!isAnswering()) throw unavailable();
    const reply = await scripts.run(RATE, [keyOf(name)], [windowMs]);
    const [current, ttl] = Counted.parse(reply);
    return { current, ttl };
  },
});
