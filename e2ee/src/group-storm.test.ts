// Seeded storms of joins, leaves, kicks, drops and reconnects around the ordering server: each ends in
// one group of all who are there. Hundreds of them in test/group-storm.long.ts.
import { expect, test } from 'vitest';
import { GroupWorld } from './testing/group-world.ts';
import { storm } from './testing/group-storm.ts';

test.each([1, 2, 3, 4, 5, 6, 7, 8])('G24–G36 a storm ends in one group (seed %i)', async (seed) => {
  await storm(seed, 25);
});

test.each([
  ['one’s own commit taken and never told of', 3000],
  ['a create without an answer, again and again', 3003],
  ['a member that was never told of a newcomer removed it again and again', 4071],
  ['nor let it in', 4090],
])('G24, G28 a storm that hung once: %s (seed %i)', async (_, seed) => {
  await storm(seed, 40);
});

test('G24 20 join at once: one group, one authenticator, few epochs', async () => {
  const world = new GroupWorld(1);
  const names = Array.from({ length: 20 }, (_, index) => `p${index}`);
  await world.joinAll(names);
  await world.converge(20_000);
  expect(world.lastEpoch('p7').roster).toHaveLength(20);
  expect(new Set(names.map((name) => world.lastEpoch(name).tag)).size).toBe(1);
  expect(world.server.epochs()).toBeLessThanOrEqual(6);
  world.close();
});
