// What the Redis store leaves in Redis: names in one slot, an end to everything, bytes within bounds; and
// what it makes of what it finds there.
import type { Redis as RedisClient } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RoomId } from '../src/protocol/index.ts';
import { newPeerId } from '../src/random.ts';
import { evolve } from '../src/rooms/evolve.ts';
import { positionOf, type RoomRecord } from '../src/rooms/record.ts';
import { roomKeys } from '../src/rooms/redis/room-keys.ts';
import type { Redis } from '../src/rooms/redis/redis.ts';
import { POST } from '../src/rooms/redis/scripts.ts';
import { RECORD_TTL_MS, RING_BYTES, RING_MESSAGES } from '../src/rooms/room-store.ts';
import { DEAF, makeRoom, next, roomIds } from './contracts/store-fixtures.ts';
import { connectTo, type RedisServer, startRedis } from './support/redis-server.ts';
import { openRedis } from './support/redis-stores.ts';

const LOG_BYTES = 2_000;

let server: RedisServer;
let raw: RedisClient;
let redis: Redis;
let roomId: RoomId;
let record: RoomRecord;
beforeAll(async () => {
  server = await startRedis();
  raw = connectTo(server.port);
});
afterAll(async () => {
  raw.disconnect();
  await server.close();
});
beforeEach(async () => {
  await raw.flushall();
  redis = openRedis(server.url, { logBytes: LOG_BYTES });
  roomId = roomIds.mint();
  record = await makeRoom(redis.store, roomId);
});
afterEach(() => redis.close());

const post = () =>
  redis.store.post(roomId, record.incarnation, { from: newPeerId(), envelope: 'x' });

const grow = async (withSnapshot = false): Promise<void> => {
  const event = next(record);
  const expected = positionOf(record);
  record = evolve(record, event);
  const snapshot = withSnapshot ? { snapshot: record } : {};
  expect(await redis.store.append(roomId, { expected, events: [event], ...snapshot })).toBe(true);
};

const keysOfRoom = () => raw.keys(`*${roomId}*`);

it('V5 everything in Redis comes to its end by itself', async () => {
  await grow();
  await post();
  await redis.store.renew(roomId);
  await expect.poll(() => raw.keys('*')).toHaveLength(4);
  for (const key of await raw.keys('*')) expect(await raw.pttl(key), key).toBeGreaterThan(0);
});

it('V5 each append and renewal puts off the end of all that a room has, and no message does', async () => {
  await post();
  const { state, log, ring } = roomKeys(roomId);
  const ends = () => Promise.all([state, log, ring].map((key) => raw.pexpiretime(key)));
  const shorten = async (): Promise<void> => {
    for (const key of [state, log, ring]) await raw.pexpire(key, 5_000);
  };
  await shorten();
  await post();
  for (const one of await ends()) expect(one).toBeLessThan(Date.now() + RECORD_TTL_MS / 2);
  for (const prolong of [() => grow(), () => redis.store.renew(roomId)]) {
    await shorten();
    await prolong();
    for (const one of await ends()) expect(one).toBeGreaterThan(Date.now() + RECORD_TTL_MS / 2);
  }
});

it('V5 a deleted room leaves nothing', async () => {
  await post();
  expect(await keysOfRoom()).toHaveLength(3);
  await redis.store.delete(roomId, positionOf(record));
  expect(await keysOfRoom()).toEqual([]);
});

it('V1 all that a script touches is in one slot of a cluster', () => {
  const { state, log, ring, channel } = roomKeys(roomId);
  expect([state, log, ring, channel].map((key) => /^\{([^}]+)\}/.exec(key)?.[1])).toEqual(
    Array.from({ length: 4 }, () => `r:${roomId}`),
  );
});

it('V6 the log holds no more bytes than it may behind the snapshot, and all of it before one', async () => {
  const { log } = roomKeys(roomId);
  for (let count = 0; count < 40; count += 1) await grow();
  // All but the first, which the snapshot of a new room holds.
  expect(await raw.xlen(log)).toBe(40);
  await grow(true);
  const kept = await raw.xrange(log, '-', '+');
  const bytes = kept.reduce((sum, [, fields]) => sum + Buffer.byteLength(fields[3] ?? ''), 0);
  expect(bytes).toBeLessThanOrEqual(LOG_BYTES);
  expect(bytes + bytes / kept.length).toBeGreaterThan(LOG_BYTES);
  expect(Number(await raw.hget(roomKeys(roomId).state, 'logBytes'))).toBe(bytes);
  expect(kept.at(-1)?.[0]).toBe('42-0');
});

it('K7 the ring has no more messages than it may, and knows their bytes', async () => {
  const { state, ring } = roomKeys(roomId);
  for (let count = 0; count < RING_MESSAGES + 20; count += 1) await post();
  const read = await redis.store.readMessages(roomId, 0);
  expect(await raw.xlen(ring)).toBe(RING_MESSAGES);
  const bytes = (read?.messages ?? []).reduce(
    (sum, message) => sum + Buffer.byteLength(JSON.stringify(message)),
    0,
  );
  expect(Number(await raw.hget(state, 'ringBytes'))).toBe(bytes);
});

it('K7 a message that is sent again, its answer lost, is in the ring once and keeps its number', async () => {
  const { state, ring, channel } = roomKeys(roomId);
  const told: number[] = [];
  const stop = await redis.store.subscribe(roomId, {
    ...DEAF,
    onMessage: ({ message }) => told.push(message.seq),
  });
  const late = Date.now() + RECORD_TTL_MS;
  const message = JSON.stringify({ from: newPeerId(), envelope: 'x' });
  const send = (name: string) =>
    raw.eval(
      POST.lua,
      2,
      state,
      ring,
      late,
      record.incarnation,
      name,
      message,
      RING_MESSAGES,
      RING_BYTES,
      channel,
    );
  const sent = [await send('one'), await send('two'), await send('one'), await send('two')];
  expect(sent).toEqual([1, 2, 1, 2].map((seq) => ['done', seq]));
  expect((await post())?.seq).toBe(3);
  await expect.poll(() => told).toEqual([1, 2, 3]);
  expect((await redis.store.readMessages(roomId, 0))?.messages).toHaveLength(3);
  stop();
});

it('J2 what another release wrote is not served and breaks nothing', async () => {
  const { state, log, ring } = roomKeys(roomId);
  await post();
  const upgrade = { code: 'upgrade-required' };
  await raw.xadd(ring, '2-0', 'message', '{"from":7}');
  await expect(redis.store.readMessages(roomId, 0)).rejects.toMatchObject(upgrade);
  for (const snapshot of [JSON.stringify({ ...record, peers: 'many' }), 'no JSON', '']) {
    await raw.hset(state, 'snapshot', snapshot);
    await expect(redis.store.read(roomId, null)).rejects.toMatchObject(upgrade);
  }
  const before = positionOf(record);
  await grow();
  await raw.xtrim(log, 'MAXLEN', 0);
  await raw.xsetid(log, '1-0');
  await raw.xadd(log, '2-0', 'prev', before.head, 'event', '{"fact":{"type":"peer-flew"}}');
  await expect(redis.store.read(roomId, before)).rejects.toMatchObject(upgrade);
  await raw.hset(state, 'head', 'no head');
  await expect(redis.store.renew(roomId)).rejects.toMatchObject(upgrade);
});

it('V7 a hint that nobody understands, and one too long to be told, say: look', async () => {
  const told: string[] = [];
  const stop = await redis.store.subscribe(roomId, {
    ...DEAF,
    onMissed: () => told.push('missed'),
    onEvents: () => told.push('events'),
  });
  const { channel } = roomKeys(roomId);
  const hints = ['events [{"version":1}]', 'message a b', 'whisper {', 'sung', ''];
  for (const hint of hints) await raw.spublish(channel, hint);
  await expect.poll(() => told).toEqual(hints.map(() => 'missed'));
  told.length = 0;
  let reached = record;
  const events = Array.from({ length: 300 }, () => {
    const event = next(reached);
    reached = evolve(reached, event);
    return event;
  });
  await redis.store.append(roomId, { expected: positionOf(record), events });
  await expect.poll(() => told).toEqual(['missed']);
  expect(await redis.store.read(roomId, positionOf(record))).toEqual({ kind: 'events', events });
  stop();
});

it('V1 a record of which Redis threw a part away is none, and can be made again', async () => {
  const { log } = roomKeys(roomId);
  await grow();
  await raw.del(log);
  expect(await redis.store.read(roomId, null)).toEqual({ kind: 'reset' });
  expect(await keysOfRoom()).toEqual([]);
  record = await makeRoom(redis.store, roomId);
  expect(await redis.store.renew(roomId)).toEqual(positionOf(record));
});

it('V1 what is left of a room that lost its state is not another’s', async () => {
  const { state } = roomKeys(roomId);
  for (let count = 0; count < 5; count += 1) await grow();
  await post();
  await raw.del(state);
  record = await makeRoom(redis.store, roomId);
  expect(await redis.store.read(roomId, null)).toMatchObject({ kind: 'snapshot', events: [] });
  expect(await redis.store.readMessages(roomId, 0)).toMatchObject({ last: 0, messages: [] });
});

it('V6 K7 bytes are counted anew where Redis has thrown the log or the ring away', async () => {
  const { state, log, ring } = roomKeys(roomId);
  const counted = async () =>
    (await raw.hmget(state, 'logBytes', 'ringBytes')).map((bytes) => Number(bytes ?? 0));
  await grow();
  await post();
  for (let times = 0; times < 5; times += 1) {
    await raw.del(log, ring);
    await grow();
    await post();
  }
  const [logBytes = 0, ringBytes = 0] = await counted();
  const [event] = await raw.xrange(log, '-', '+');
  const [message] = await raw.xrange(ring, '-', '+');
  expect(logBytes).toBe(event?.[1][3]?.length);
  expect(ringBytes).toBe((message?.[1][1]?.length ?? 0) + ',"seq":6'.length);
});
