// Redis away, halted, killed and back, and connections that are lost: who waits, who is refused, who is
// told to look, and what nobody may be told.
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RoomId } from '../src/protocol/index.ts';
import { newHead, newIncarnation, newPeerId } from '../src/random.ts';
import { emptyRecord, evolve } from '../src/rooms/evolve.ts';
import { positionOf, type RoomEvent, type RoomRecord } from '../src/rooms/record.ts';
import type { Redis } from '../src/rooms/redis/redis.ts';
import type { RoomStore } from '../src/rooms/room-store.ts';
import { DEAF, makeRoom, next, roomIds } from './contracts/store-fixtures.ts';
import { connectTo, type RedisServer, startRedis } from './support/redis-server.ts';
import { openRedis } from './support/redis-stores.ts';

const PASSWORD = 'a secret: 100% of it @ #/';
const UNAVAILABLE = { code: 'unavailable' };

let server: RedisServer;
let here: Redis;
let there: Redis;
let roomId: RoomId;
const logged: string[] = [];

beforeEach(async () => {
  logged.length = 0;
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      logged.push(line.toString());
      done();
    },
  });
  const log = pino({ level: 'trace' }, sink);
  server = await startRedis({ password: PASSWORD });
  [here, there] = [openRedis(server.url, { log }), openRedis(server.url, { log })];
  roomId = roomIds.mint();
});

afterEach(async () => {
  server.thaw();
  await Promise.all([here.close(), there.close()]);
  await server.close();
  const said = logged.join('');
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), String(server.port), '127.0.0.1']) {
    expect(said).not.toContain(secret);
  }
});

/** What a listener is told, and what the store has, as the events of a room seen by one node. */
const follow = async (store: RoomStore, record: RoomRecord) => {
  const told: string[] = [];
  let reached = record;
  const take = (events: readonly RoomEvent[]): void => {
    for (const event of events) if (event.prev === reached.head) reached = evolve(reached, event);
  };
  const look = async (): Promise<void> => {
    const read = await store.read(roomId, positionOf(reached));
    if (read.kind === 'events') take(read.events);
  };
  const stop = await store.subscribe(roomId, {
    ...DEAF,
    onMissed: () => {
      told.push('missed');
      look().catch(() => told.push('failed'));
    },
    onEvents: (events) => {
      take(events);
      told.push(...events.map(({ version }) => `event ${version}`));
    },
  });
  return { told, stop, version: () => reached.version };
};

const growBy = async (store: RoomStore, record: RoomRecord, count: number): Promise<RoomRecord> => {
  let reached = record;
  for (let made = 0; made < count; made += 1) {
    const event = next(reached);
    await store.append(roomId, { expected: positionOf(reached), events: [event] });
    reached = evolve(reached, event);
  }
  return reached;
};

it('V7 two processes hear each other', async () => {
  const record = await makeRoom(here.store, roomId);
  const ears = await Promise.all([follow(here.store, record), follow(there.store, record)]);
  const after = await growBy(there.store, await growBy(here.store, record, 2), 2);
  for (const { told } of ears) {
    await expect.poll(() => told).toEqual(['event 2', 'event 3', 'event 4', 'event 5']);
  }
  const message = { from: newPeerId(), envelope: 'x' };
  expect((await here.store.post(roomId, after.incarnation, message))?.seq).toBe(1);
  expect((await there.store.post(roomId, after.incarnation, message))?.seq).toBe(2);
});

it('V7 a subscription that was lost is made again, and nothing is lost with it', async () => {
  const raw = connectTo(server.port, PASSWORD);
  const record = await makeRoom(here.store, roomId);
  const ear = await follow(here.store, record);
  for (const type of ['pubsub', 'normal'] as const) {
    const before = ear.version();
    ear.told.length = 0;
    await raw.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
    const read = await there.store.read(roomId, null);
    const known = read.kind === 'snapshot' ? read.events.reduce(evolve, read.snapshot) : record;
    await growBy(there.store, known, 3);
    await expect.poll(() => ear.version(), { timeout: 10_000 }).toBe(before + 3);
    await expect
      .poll(() => ear.told.includes('missed'), { timeout: 10_000 })
      .toBe(type === 'pubsub');
    ear.told.length = 0;
  }
  raw.disconnect();
});

it('S4 a halted Redis is waited for: what it was asked is done when it goes on', async () => {
  const record = await makeRoom(here.store, roomId);
  const ear = await follow(there.store, record);
  server.freeze();
  const events = [next(record)];
  const order: string[] = [];
  const append = here.store.append(roomId, { expected: positionOf(record), events });
  const done = append.then((isDone) => order.push(`done ${isDone}`));
  await expect.poll(() => here.isAnswering(), { timeout: 10_000 }).toBe(false);
  order.push('thawed');
  server.thaw();
  await done;
  expect(order).toEqual(['thawed', 'done true']);
  expect(here.isAnswering()).toBe(true);
  await expect.poll(() => ear.told).toEqual(['event 2']);
});

it('S4 one that stays halted is waited for once: then calls fail at once, until it goes on', async () => {
  const record = await makeRoom(here.store, roomId);
  server.freeze();
  const append = { expected: positionOf(record), events: [next(record)] };
  const calls = [
    () => here.store.append(roomId, append),
    () => here.store.read(roomId, null),
    () => here.store.renew(roomId),
    () => here.store.subscribe(roomId, DEAF),
    () => here.store.post(roomId, record.incarnation, { from: newPeerId(), envelope: 'x' }),
  ];
  const results = await Promise.allSettled(calls.map((call) => call()));
  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
  }
  expect(here.isAnswering()).toBe(false);
  for (const call of calls) await expect(call()).rejects.toMatchObject(UNAVAILABLE);
  server.thaw();
  await expect.poll(() => here.isAnswering(), { timeout: 20_000 }).toBe(true);
  expect(await here.store.read(roomId, positionOf(record))).toEqual({ kind: 'events', events: [] });
  const ear = await follow(here.store, record);
  await growBy(here.store, record, 1);
  await expect.poll(() => ear.told).toEqual(['event 2']);
});

it('V1 nothing is done after its caller was told that it was not', async () => {
  const record = await makeRoom(here.store, roomId);
  server.freeze();
  const message = { from: newPeerId(), envelope: 'x' };
  const late = await Promise.allSettled([
    here.store.append(roomId, { expected: positionOf(record), events: [next(record)] }),
    here.store.post(roomId, record.incarnation, message),
    here.store.delete(roomId, positionOf(record)),
  ]);
  expect(late.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  server.thaw();
  await expect.poll(() => here.isAnswering(), { timeout: 20_000 }).toBe(true);
  // Redis has come to all that it was sent before: this connection is younger.
  expect(await there.store.renew(roomId).catch(() => there.store.renew(roomId))).toEqual(
    positionOf(record),
  );
  expect(await here.store.readMessages(roomId, 0)).toMatchObject({ last: 0 });
});

it('V4 killed and back without anything: rooms are reset, subscribers told, and made again', async () => {
  const record = await makeRoom(here.store, roomId);
  const ear = await follow(here.store, record);
  await server.kill();
  await expect.poll(() => here.isAnswering()).toBe(false);
  const waiting = here.store.read(roomId, positionOf(record));
  await server.restart();
  expect(await waiting).toEqual({ kind: 'reset' });
  await expect.poll(() => ear.told, { timeout: 10_000 }).toContain('missed');
  ear.told.length = 0;
  const base = emptyRecord(newIncarnation(), newHead());
  const event: RoomEvent = next(base);
  const snapshot = evolve(base, event);
  expect(await there.store.append(roomId, { expected: null, events: [event], snapshot })).toBe(
    true,
  );
  await expect.poll(() => ear.told).toEqual(['event 1']);
});

it('S3 S4 a Redis that reads and refuses writes is away once, until it takes them', async () => {
  const raw = connectTo(server.port, PASSWORD);
  const record = await makeRoom(here.store, roomId);
  const refusing: readonly (readonly [string, string, string])[] = [
    ['min-replicas-to-write', '1', '0'],
    ['maxmemory', '1', '0'],
  ];
  for (const [setting, bad, good] of refusing) {
    logged.length = 0;
    const said = (text: string) => logged.filter((line) => line.includes(text)).length;
    await raw.config('SET', setting, bad);
    await expect(growBy(here.store, record, 1)).rejects.toMatchObject(UNAVAILABLE);
    // Two of our processes, and none finds it back.
    await expect.poll(() => there.isAnswering(), { timeout: 10_000 }).toBe(false);
    // The write was given up at the very end of the wait, to the millisecond of a timer.
    const refusal = () => here.store.read(roomId, null).catch((error: unknown) => error);
    await expect.poll(refusal).toMatchObject(UNAVAILABLE);
    expect([here.isAnswering(), said('Redis does not answer'), said('Redis answers')]).toEqual([
      false,
      2,
      0,
    ]);
    await raw.config('SET', setting, good);
    const areBack = () => here.isAnswering() && there.isAnswering();
    await expect.poll(areBack, { timeout: 10_000 }).toBe(true);
    expect([said('Redis does not answer'), said('Redis answers')]).toEqual([2, 2]);
  }
  raw.disconnect();
});

it('S3 without the connection for subscriptions a process is not ready, and commands are answered', async () => {
  const raw = connectTo(server.port, PASSWORD);
  await makeRoom(here.store, roomId);
  await here.store.subscribe(roomId, DEAF);
  logged.length = 0;
  // Who is connected stays so, and nobody else comes in.
  await raw.config('SET', 'maxclients', '1');
  await raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await expect.poll(() => here.isAnswering()).toBe(false);
  await expect(here.store.subscribe(roomIds.mint(), DEAF)).rejects.toMatchObject(UNAVAILABLE);
  await expect(here.store.subscribe(roomIds.mint(), DEAF)).rejects.toMatchObject(UNAVAILABLE);
  expect((await here.store.read(roomId, null)).kind).toBe('snapshot');
  expect(logged.join('')).not.toContain('Redis does not answer');
  await raw.config('SET', 'maxclients', '100');
  await expect.poll(() => here.isAnswering(), { timeout: 10_000 }).toBe(true);
  await here.store.subscribe(roomIds.mint(), DEAF);
  raw.disconnect();
});

describe('S4 a Redis that never was there', () => {
  it('is waited for once, and no error tells of it', async () => {
    await server.kill();
    const away = openRedis(server.url);
    const results = await Promise.allSettled([
      away.store.renew(roomId),
      away.store.subscribe(roomId, DEAF),
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: UNAVAILABLE });
      const said = result.status === 'rejected' ? String(result.reason?.stack) : '';
      expect(said).not.toContain(PASSWORD);
      expect(result).not.toHaveProperty('reason.cause');
    }
    await expect(away.store.renew(roomId)).rejects.toMatchObject(UNAVAILABLE);
    await away.close();
    await away.close();
  });

  it('nor one that refuses the password', async () => {
    const wrong = openRedis(server.url.replace(/:[^/]*@/, ':another%20secret@'), {
      log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
    });
    await expect(wrong.store.renew(roomId)).rejects.toMatchObject(UNAVAILABLE);
    expect(logged.join('')).toContain('WRONGPASS');
    expect(logged.join('')).not.toContain('another');
    await wrong.close();
  });
});
