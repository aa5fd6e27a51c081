// Leases in Redis under the contract of all leases, and through what Redis may do meanwhile.
import { setTimeout } from 'node:timers/promises';
import type { Redis as RedisClient } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { LEASE_MS, type NodeLeases } from '../src/rooms/node-leases.ts';
import type { Redis } from '../src/rooms/redis/redis.ts';
import { LEASES_KEY } from '../src/rooms/redis/room-keys.ts';
import { describeNodeLeases } from './contracts/node-leases.ts';
import { connectTo, type RedisServer, startRedis } from './support/redis-server.ts';
import { openRedis } from './support/redis-stores.ts';

/** More than any of these takes. */
const PATIENCE_MS = 90_000;

/** expect.poll is for one test at a time. */
const until = async (condition: () => boolean): Promise<void> => {
  const endMs = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > endMs) throw new Error(`it never came to be: ${condition.toString()}`);
    await setTimeout(50);
  }
};

const timeOf = async (raw: RedisClient): Promise<number> => {
  const [seconds, micros] = await raw.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
};

let server: RedisServer;
let raw: RedisClient;
beforeAll(async () => {
  server = await startRedis();
  raw = connectTo(server.port);
});
afterAll(async () => {
  raw.disconnect();
  await server.close();
});

describeNodeLeases('redis', async () => {
  const opened = new Map<NodeLeases, { redis: Redis; mute: () => void }>();
  return {
    open: () => {
      let isSilent = false;
      const redis = openRedis(server.url, {
        clock: {
          now: () => systemClock.now(),
          after: (ms, task) => systemClock.after(ms, () => isSilent || task()),
        },
      });
      opened.set(redis.leases, { redis, mute: () => (isSilent = true) });
      return redis.leases;
    },
    silence: async (leases) => opened.get(leases)?.mute(),
    nowMs: () => timeOf(raw),
    until,
    close: async () => {
      await Promise.all([...opened.values()].map(({ redis }) => redis.close()));
    },
  };
});

interface Pair {
  readonly own: RedisServer;
  readonly raw: RedisClient;
  readonly one: Redis;
  readonly other: Redis;
  /** Up to now: beats answered, and those at which one took the other for dead. */
  readonly said: { readonly beats: number; readonly deaths: number };
  /** Resolves when both have judged again for long enough. */
  readonly goOn: () => Promise<void>;
}

/** Two processes at a Redis of their own, when both have judged for long enough. */
const withPair = (test: (pair: Pair) => Promise<void>) => async (): Promise<void> => {
  const own = await startRedis();
  const client = connectTo(own.port);
  client.on('error', () => undefined);
  const [one, other] = [openRedis(own.url), openRedis(own.url)];
  const said = { beats: 0, deaths: 0 };
  const watch = (from: Redis, to: Redis): void => {
    from.leases.watch(() => {
      said.beats += 1;
      if (from.leases.isDead(to.leases.self)) said.deaths += 1;
    });
  };
  watch(one, other);
  watch(other, one);
  try {
    await until(() => said.beats >= 10);
    const goOn = (): Promise<void> => {
      const { beats } = said;
      return until(() => said.beats >= beats + 12);
    };
    await test({ own, raw: client, one, other, said, goOn });
  } finally {
    own.thaw();
    await Promise.all([one.close(), other.close()]);
    client.disconnect();
    await own.close();
  }
};

const leaseEnds = async (client: RedisClient): Promise<number[]> => {
  const names = await client.zrange(LEASES_KEY, '0', '-1');
  return Promise.all(names.map(async (name) => Number(await client.zscore(LEASES_KEY, name))));
};

describe.concurrent('N1 nobody was dead', () => {
  it(
    'when Redis goes on that was halted until all leases had ended',
    withPair(async ({ own, raw: client, one, other, said, goOn }) => {
      const ends = await leaseEnds(client);
      own.freeze();
      await until(() => Date.now() > Math.max(...ends) + LEASE_MS);
      expect([one.isAnswering(), other.isAnswering()]).toEqual([false, false]);
      expect(one.leases.isDead(other.leases.self)).toBe(false);
      own.thaw();
      await goOn();
      expect(said.deaths).toBe(0);
    }),
  );

  it(
    'when Redis was killed and is back without anything',
    withPair(async ({ own, said, goOn }) => {
      await own.kill();
      await own.restart();
      await goOn();
      expect(said.deaths).toBe(0);
    }),
  );

  it(
    'when Redis has forgotten all leases',
    withPair(async ({ raw: client, said, goOn }) => {
      await client.flushall();
      await goOn();
      expect(said.deaths).toBe(0);
    }),
  );

  it(
    'and a name that none of us would have stops nobody from judging',
    withPair(async ({ raw: client, one, other, said, goOn }) => {
      const [foreign, farMs] = ['of another release, or by hand', 4_000_000_000_000];
      await client.zadd(LEASES_KEY, farMs, foreign);
      await client.zadd(LEASES_KEY, (await timeOf(client)) - 1, 'another one');
      await goOn();
      expect(said.deaths).toBe(0);
      await other.close();
      await until(() => one.leases.isDead(other.leases.self));
    }),
  );

  it(
    'and the leases have an end, and end with who had them',
    withPair(async ({ raw: client, one, other }) => {
      expect(await client.pttl(LEASES_KEY)).toBeGreaterThan(0);
      await Promise.all([one.close(), other.close()]);
      const nowMs = await timeOf(client);
      const ends = await leaseEnds(client);
      expect(ends).toHaveLength(2);
      for (const endMs of ends) expect(endMs).toBeLessThanOrEqual(nowMs);
    }),
  );
});
