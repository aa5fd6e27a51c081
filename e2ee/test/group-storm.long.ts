// Hundreds of storms, and rooms of full size: what `npm test` does with a few seeds and few people.
import { expect, test } from 'vitest';
import { storm } from '../src/testing/group-storm.ts';
import { GroupWorld } from '../src/testing/group-world.ts';

const STORMS = 200;
const PER_TEST = 50;

test.each(Array.from({ length: STORMS / PER_TEST }, (_, part) => 100 + part * PER_TEST))(
  'G24–G36 storms end in one group: seeds from %i on',
  async (from) => {
    const failed: string[] = [];
    for (let seed = from; seed < from + PER_TEST; seed += 1) {
      await storm(seed, 60).catch((error: unknown) => {
        const { message, cause } = error instanceof Error ? error : new Error(String(error));
        failed.push(`${message}: ${cause instanceof Error ? cause.message : ''}`);
      });
    }
    expect(failed).toEqual([]);
  },
);

test.each([50, 100])('G24 %i join at once: one group, one authenticator', async (count) => {
  const world = new GroupWorld(count);
  const names = Array.from({ length: count }, (_, index) => `p${index}`);
  await world.joinAll(names);
  const start = performance.now();
  await world.converge(120_000);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${count} members: ${world.server.epochs()} epochs, ${seconds} s for all of them here`,
  );
  expect(world.lastEpoch('p7').roster).toHaveLength(count);
  expect(new Set(names.map((name) => world.lastEpoch(name).tag)).size).toBe(1);
  world.close();
});
