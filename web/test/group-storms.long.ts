// Hundreds of storms at the real signaling apps: what `npm test` does with a few seeds.
import { expect, test } from 'vitest';
import { groupStorm } from './support/group-storm.ts';

const STORMS = Number.parseInt(process.env['STORMS'] ?? '', 10) || 300;
const PER_TEST = 25;
const FIRST = Number.parseInt(process.env['SEED'] ?? '', 10) || 1_000;

const inWords = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${inWords(error.cause)}`;
};

test.each(
  Array.from({ length: Math.ceil(STORMS / PER_TEST) }, (_, part) => FIRST + part * PER_TEST),
)('G24–G36 storms end in one group: seeds from %i on', async (from) => {
  const failed: string[] = [];
  for (let seed = from; seed < from + PER_TEST; seed += 1) {
    await groupStorm({ seed, strikes: 40, apps: 1 + (seed % 2), isHostile: seed % 3 === 0 }).catch(
      (error: unknown) => {
        failed.push(inWords(error));
      },
    );
  }
  expect(failed).toEqual([]);
});
