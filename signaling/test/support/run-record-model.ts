// Runs of the model over a store; the seed is printed, and `SEED=… npx vitest …` has them again.
import fc from 'fast-check';
import { expect } from 'vitest';
import { roomIds } from '../contracts/store-fixtures.ts';
import { anySteps, EXPECTED_TO_REACH, NODES, Reached, RecordModel } from './record-model.ts';
import { rewindableMemory } from './rewindable-store.ts';
import { chooseSeed } from './seeded.ts';

export const runOverMemory = async (numRuns: number): Promise<void> => {
  const seed = chooseSeed();
  console.log(`SEED=${seed}`);
  const reached = new Reached();
  await fc.assert(
    fc.asyncProperty(anySteps, async (steps) => {
      const roomId = roomIds.mint();
      const rewindable = rewindableMemory(roomId);
      const stores = Array.from({ length: NODES }, () => rewindable.store);
      await new RecordModel({ roomId, stores, rewindable, reached }).run(steps);
      await rewindable.close();
    }),
    { numRuns, seed },
  );
  console.log(JSON.stringify(reached.counts()));
  expect(Object.keys(reached.counts())).toEqual(EXPECTED_TO_REACH.toSorted());
};
