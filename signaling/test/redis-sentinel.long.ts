// A failover by Sentinel that loses what the master had not yet told its replica: nodes that knew of it
// agree again, with each other and with the store, and go on.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RoomId } from '../src/protocol/index.ts';
import { newPeerId } from '../src/random.ts';
import type { Redis } from '../src/rooms/redis/redis.ts';
import { RoomReplica } from '../src/rooms/room-replica.ts';
import { SerialQueue } from '../src/rooms/serial-queue.ts';
import { DEAF, roomIds } from './contracts/store-fixtures.ts';
import { join } from './support/decisions.ts';
import { type RedisSentinel, startRedisSentinel } from './support/redis-sentinel.ts';
import { openRedis } from './support/redis-stores.ts';

const PATIENCE = { timeout: 90_000, interval: 100 };

const MOST_PEERS = 200;

let sentinel: RedisSentinel;
let redises: Redis[];
beforeEach(async () => {
  sentinel = await startRedisSentinel();
  redises = [openRedis(sentinel.url), openRedis(sentinel.url)];
}, 120_000);
afterEach(async () => {
  await Promise.all(redises.map((redis) => redis.close()));
  await sentinel.close();
});

/** A room as a node follows it: hints, looks and commands in one queue. */
const follow = async ({ store }: Redis, roomId: RoomId) => {
  const told: string[] = [];
  const queue = new SerialQueue();
  const replica = new RoomReplica(roomId, store, {
    onEvents: (events) => told.push(...events.map(({ version }) => String(version))),
    onReset: () => told.push('reset'),
  });
  const absorb = (task: () => Promise<void>): void => {
    queue.run(task).catch(() => told.push('failed'));
  };
  await store.subscribe(roomId, {
    ...DEAF,
    onMissed: () => absorb(() => replica.catchUp()),
    onEvents: (events) => absorb(() => replica.absorb(events)),
  });
  return {
    told,
    look: () => queue.run(() => replica.catchUp()),
    enter: () => queue.run(() => replica.execute(join(newPeerId(), MOST_PEERS))),
    record: () => replica.record,
  };
};

it('V4 a master dies with writes that nobody else has: all agree on the log without them', async () => {
  const roomId = roomIds.mint();
  const [one, other] = await Promise.all(redises.map((redis) => follow(redis, roomId)));
  if (one === undefined || other === undefined) throw new Error('two nodes');
  await one.enter();
  await other.enter();
  await expect.poll(one.record).toEqual(other.record());
  const kept = one.record();
  expect(kept?.peers).toHaveLength(2);
  await sentinel.cutOff();
  await one.enter();
  await other.enter();
  await expect.poll(() => one.record()?.peers).toHaveLength(4);
  await expect.poll(() => other.record()?.peers).toHaveLength(4);
  await sentinel.master.kill();
  sentinel.replica.thaw();
  await expect
    .poll(() => redises.map((redis) => redis.isAnswering()), PATIENCE)
    .toEqual([true, true]);
  for (const node of [one, other]) {
    await expect.poll(() => node.told.includes('reset'), PATIENCE).toBe(true);
  }
  const after = await follow(redises[0] ?? expect.fail(), roomId);
  await after.look();
  expect(after.record()).toEqual(kept);
  // The store works on, and hints come: either appends, both know.
  await one.enter();
  await expect.poll(() => other.record()?.peers, PATIENCE).toHaveLength(3);
  await other.enter();
  await expect.poll(() => one.record()?.peers, PATIENCE).toHaveLength(4);
  await expect.poll(one.record, PATIENCE).toEqual(other.record());
});

it('V4 commands under way when the master dies: nodes agree, and whoever is there is there once', async () => {
  const roomId = roomIds.mint();
  const [one, other] = await Promise.all(redises.map((redis) => follow(redis, roomId)));
  if (one === undefined || other === undefined) throw new Error('two nodes');
  await one.enter();
  let [done, failed] = [1, 0];
  const over = new AbortController();
  const work = async (node: typeof one): Promise<void> => {
    while (!over.signal.aborted) {
      await node.enter().then(
        () => (done += 1),
        () => (failed += 1),
      );
      if (done > MOST_PEERS / 2) break;
    }
  };
  const workers = [work(one), work(other)];
  await sentinel.master.kill();
  await expect.poll(() => redises.every((redis) => redis.isAnswering()), PATIENCE).toBe(true);
  over.abort();
  await Promise.all(workers);
  await expect.poll(one.record, PATIENCE).toEqual(other.record());
  const peers = one.record()?.peers.map(({ peerId }) => peerId) ?? [];
  expect(new Set(peers).size).toBe(peers.length);
  expect(peers.length).toBeLessThanOrEqual(done + failed);
  await one.enter();
  await expect.poll(() => other.record()?.peers.length, PATIENCE).toBe(peers.length + 1);
});
