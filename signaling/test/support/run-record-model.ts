// Runs of the model over a store. The seed is printed, and with `SEED=…` they are had again: over memory to
// the last turn; over Redis hints come when they come.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { RoomId } from '../../src/protocol/index.ts';
import { roomIds } from '../contracts/store-fixtures.ts';
import {
  anySteps,
  EXPECTED_TO_REACH,
  type ModelOptions,
  NODES,
  Reached,
  RecordModel,
} from './record-model.ts';
import { openStore } from './redis-stores.ts';
import { connectTo, type RedisServer } from './redis-server.ts';
import { rewindableRedis } from './rewindable-redis.ts';
import { rewindableMemory } from './rewindable-store.ts';
import { chooseSeed } from './seeded.ts';

type Over = (roomId: RoomId) => Pick<ModelOptions, 'stores' | 'rewindable'>;

const runModel = async (numRuns: number, over: Over): Promise<void> => {
  const seed = chooseSeed();
  console.log(`SEED=${seed}`);
  const reached = new Reached();
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const roomId = roomIds.mint();
      await new RecordModel({ roomId, reached, ...over(roomId) }).run(steps);
    }),
    { numRuns, seed },
  );
  console.log(JSON.stringify(reached.counts()));
  expect(Object.keys(reached.counts())).toEqual(EXPECTED_TO_REACH.toSorted());
};

export const runOverMemory = (numRuns: number): Promise<void> =>
  runModel(numRuns, (roomId) => {
    const rewindable = rewindableMemory(roomId);
    return { rewindable, stores: Array.from({ length: NODES }, () => rewindable.store) };
  });

/** Each node has connections of its own, as a process would. */
export const runOverRedis = async (server: RedisServer, numRuns: number): Promise<void> => {
  const stores = Array.from({ length: NODES }, () => openStore(server.url));
  const client = connectTo(server.port);
  try {
    await runModel(numRuns, (roomId) => ({ stores, rewindable: rewindableRedis(client, roomId) }));
  } finally {
    client.disconnect();
    await Promise.all(stores.map((store) => store.close()));
  }
};
