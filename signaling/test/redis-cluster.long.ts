// The Redis store over a real Redis Cluster of three masters: the contracts, and rooms that move between
// its servers while they are in use.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RoomId } from '../src/protocol/index.ts';
import { evolve } from '../src/rooms/evolve.ts';
import { positionOf, type RoomEvent, type RoomRecord } from '../src/rooms/record.ts';
import { roomKeys } from '../src/rooms/redis/room-keys.ts';
import type { RoomStore } from '../src/rooms/room-store.ts';
import { describeRoomLanes } from './contracts/room-lanes.ts';
import { describeRoomStore, type MakeStore } from './contracts/room-store.ts';
import { DEAF, makeRoom, next, roomIds } from './contracts/store-fixtures.ts';
import { type RedisCluster, startRedisCluster } from './support/redis-cluster.ts';
import { openRedis, openStore } from './support/redis-stores.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.close());

const makeStore: MakeStore = async (logBytes) =>
  openStore(cluster.url, logBytes === undefined ? {} : { logBytes });

describeRoomStore('redis cluster', makeStore);
describeRoomLanes('redis cluster', makeStore);

const grow = async (store: RoomStore, roomId: RoomId, record: RoomRecord): Promise<RoomRecord> => {
  const event = next(record);
  const expected = positionOf(record);
  expect(await store.append(roomId, { expected, events: [event] })).toBe(true);
  return evolve(record, event);
};

/** Hears of a room as a node does: by hints, and by looking when it is told to. */
const follow = async (store: RoomStore, roomId: RoomId, record: RoomRecord) => {
  let reached = record;
  let missed = 0;
  let hinted = 0;
  const take = (events: readonly RoomEvent[]): void => {
    for (const event of events) if (event.prev === reached.head) reached = evolve(reached, event);
  };
  const look = async (): Promise<void> => {
    const read = await store.read(roomId, positionOf(reached));
    if (read.kind === 'events') take(read.events);
  };
  await store.subscribe(roomId, {
    ...DEAF,
    onMissed: () => {
      missed += 1;
      look().catch(() => undefined);
    },
    onEvents: (events) => {
      hinted = events.at(-1)?.version ?? hinted;
      take(events);
    },
  });
  return { version: () => reached.version, missed: () => missed, hinted: () => hinted };
};

it('V1 rooms lie on all servers, each with all of its keys on one', async () => {
  const redis = openRedis(cluster.url);
  const owners = new Set<number>();
  for (let count = 0; count < 40; count += 1) {
    const roomId = roomIds.mint();
    const record = await makeRoom(redis.store, roomId);
    await redis.store.post(roomId, record.incarnation, {
      from: record.peers[0]?.peerId ?? expect.fail(),
      envelope: 'x',
    });
    const { state, log, ring } = roomKeys(roomId);
    const owner = await cluster.ownerOf(state);
    owners.add(owner);
    expect(await cluster.raws[owner]?.exists(state, log, ring)).toBe(3);
  }
  expect(owners.size).toBe(3);
  await redis.close();
});

it('V7 a room that moves to another server keeps its record, and its subscribers hear on', async () => {
  const [here, there] = [openRedis(cluster.url), openRedis(cluster.url)];
  const roomId = roomIds.mint();
  let record = await makeRoom(here.store, roomId);
  const ears = [
    await follow(here.store, roomId, record),
    await follow(there.store, roomId, record),
  ];
  const { state } = roomKeys(roomId);
  for (let round = 0; round < 20; round += 1) {
    const owner = await cluster.ownerOf(state);
    await cluster.move(state, (owner + 1) % 3);
    for (let count = 0; count < 3; count += 1) record = await grow(there.store, roomId, record);
    const { version } = record;
    for (const ear of ears) await expect.poll(ear.version, PATIENCE).toBe(version);
    for (const ear of ears) await expect.poll(ear.missed, PATIENCE).toBeGreaterThan(round);
    const hear = async (): Promise<boolean> => {
      record = await grow(here.store, roomId, record);
      return ears.every((ear) => ear.hinted() > version);
    };
    await expect.poll(hear, PATIENCE).toBe(true);
    for (const ear of ears) await expect.poll(ear.version, PATIENCE).toBe(record.version);
  }
  await Promise.all([here.close(), there.close()]);
});

it('V7 a server that loses its subscribers’ connections has them again, and they are told', async () => {
  const [here, there] = [openRedis(cluster.url), openRedis(cluster.url)];
  const roomId = roomIds.mint();
  let record = await makeRoom(here.store, roomId);
  const ear = await follow(here.store, roomId, record);
  for (let round = 0; round < 3; round += 1) {
    for (const raw of cluster.raws) {
      await raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'SKIPME', 'yes');
    }
    for (let count = 0; count < 3; count += 1) record = await grow(there.store, roomId, record);
    await expect.poll(ear.version, PATIENCE).toBe(record.version);
    await expect.poll(ear.missed, PATIENCE).toBeGreaterThan(round);
  }
  await Promise.all([here.close(), there.close()]);
});

it('V4 a server that is killed and comes back empty: its rooms are reset, others are as they were', async () => {
  const [here, there] = [openRedis(cluster.url), openRedis(cluster.url)];
  const rooms = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const roomId = roomIds.mint();
      const record = await makeRoom(here.store, roomId);
      return { roomId, record, owner: await cluster.ownerOf(roomKeys(roomId).state) };
    }),
  );
  const [lost] = rooms;
  if (lost === undefined) throw new Error('no room');
  const ear = await follow(there.store, lost.roomId, lost.record);
  await cluster.servers[lost.owner]?.kill();
  await cluster.servers[lost.owner]?.restart();
  await expect.poll(() => here.isAnswering() && there.isAnswering(), PATIENCE).toBe(true);
  for (const { roomId, record, owner } of rooms) {
    const read = async () => (await here.store.read(roomId, positionOf(record))).kind;
    const kind = owner === lost.owner ? 'reset' : 'events';
    await expect.poll(() => read().catch(() => 'away'), PATIENCE).toBe(kind);
  }
  await expect.poll(ear.missed, PATIENCE).toBeGreaterThan(0);
  await Promise.all([here.close(), there.close()]);
});
