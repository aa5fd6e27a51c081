// Media nodes in a real Redis as the signaling server reads them, and a server that waits for one
// (PROTOCOL M16).
import { NODE_LEASE_MS, NODES_KEY } from '@sotto/sfu-worker/registry';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNodeList, MOST_FIELDS } from '../src/media/redis-node-list.ts';
import { MEDIA_SECRET, startMediaProcess } from './support/media-process.ts';
import { connectTo, hasRedis, type RedisServer, startRedis } from './support/redis-server.ts';
import { openRedis, SILENT } from './support/redis-stores.ts';
import { startServer } from './support/server-process.ts';

const JWT_SECRET = 'j'.repeat(32);

const value = (untilMs: number): string => JSON.stringify({ url: 'ws://10.0.0.1', untilMs });

describe.skipIf(!hasRedis)('media nodes in Redis', () => {
  let server: RedisServer;
  let client: Redis;
  const endings: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    server = await startRedis();
    client = connectTo(server.port);
  });
  beforeEach(() => client.flushall());
  afterEach(async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  });
  afterAll(async () => {
    client.disconnect();
    await server.close();
  });

  const nowMs = async (): Promise<number> => {
    const [seconds, micros] = await client.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  };

  const list = async () => {
    const redis = openRedis(server.url);
    endings.push(() => redis.close());
    return createNodeList(redis.scripts, SILENT)();
  };

  it('M16 lists those whose lease holds by the clock of Redis, and leaves out what is none or too long', async () => {
    const now = await nowMs();
    await client.hset(NODES_KEY, {
      'one.a': value(now + NODE_LEASE_MS),
      'ended.a': value(now),
      'broken.a': '{',
      'long.a': JSON.stringify({ url: 'ws://10.0.0.1', untilMs: now + 1, more: 'x'.repeat(1_024) }),
      [`${'n'.repeat(200)}.a`]: value(now + NODE_LEASE_MS),
    });
    const listing = await list();
    expect(listing.nowMs).toBeGreaterThanOrEqual(now);
    expect(listing.nodes).toEqual([
      { nodeId: 'one.a', url: 'ws://10.0.0.1', untilMs: now + NODE_LEASE_MS },
    ]);
  });

  it('M16 no list is better than one of which a part is left out: what is full of something else is refused', async () => {
    const fields = Object.fromEntries(
      Array.from({ length: MOST_FIELDS + 1 }, (_, index) => [`n${index}`, '{}']),
    );
    await client.hset(NODES_KEY, fields);
    await expect(list()).rejects.toMatchObject({ code: 'internal' });
    await client.hdel(NODES_KEY, 'n0');
    expect((await list()).nodes).toEqual([]);
  });

  it('M16 a server is not ready before it has found a media node, and says where it finds none', async () => {
    const signaling = await startServer(
      { REDIS_URL: server.url, JWT_SECRET, MEDIA_SECRET },
      { ready: false },
    );
    endings.push(() => signaling.end('SIGTERM'));
    const ready = async (): Promise<unknown> =>
      (await fetch(`${signaling.url}/readyz`).catch(() => null))?.json() ?? null;
    const waits = { checks: { accepting: true, store: true, media: false }, status: 'not-ready' };
    await expect.poll(ready, { timeout: 30_000 }).toEqual(waits);

    const settings = { REDIS_URL: server.url, NODE_ID: 'media' };
    const secret = 'another-one-than-signaling-was-given';
    const stranger = await startMediaProcess({ ...settings, MEDIA_SECRET: secret });
    endings.push(() => stranger.end('SIGKILL'));
    const told = `"at":"127.0.0.1:${stranger.port}"`;
    await expect.poll(() => signaling.output(), { timeout: 30_000 }).toContain(told);
    expect(await ready()).toEqual(waits);

    const media = await startMediaProcess(settings);
    endings.push(() => media.end('SIGTERM'));
    const isReady = async (): Promise<boolean> => (await fetch(`${signaling.url}/readyz`)).ok;
    await expect.poll(isReady, { timeout: 30_000 }).toBe(true);
    for (const each of [secret, MEDIA_SECRET]) expect(signaling.output()).not.toContain(each);
  });
});
