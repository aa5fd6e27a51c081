// Seeded storms of joins, leaves, crashes and lost sockets at the real signaling apps: each ends in one
// group of all who are left. Hundreds of them in group-storms.long.ts.
import { expect, test } from 'vitest';
import { chooseSeed } from '../../signaling/test/support/seeded.ts';
import { groupStorm } from './support/group-storm.ts';

const STRIKES = 30;

test.each([1, 2, 3])('G24–G36 a storm ends in one group (seed %i)', async (seed) => {
  await expect(
    groupStorm({ seed, strikes: STRIKES, apps: 1 + (seed % 2), isHostile: seed === 3 }),
  ).resolves.toBeUndefined();
});

test('G24–G36 a storm of a new seed ends in one group', async () => {
  const seed = chooseSeed();
  console.log(`SEED=${seed}`);
  await expect(groupStorm({ seed, strikes: STRIKES, apps: 2 })).resolves.toBeUndefined();
});
