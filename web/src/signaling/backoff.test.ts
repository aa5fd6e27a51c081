import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

const least = (): number => 0;
const most = (): number => 1 - Number.EPSILON;

test('the ceiling doubles from 250 ms to 3 s and stays there', () => {
  const ceilings = [0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => Math.round(backoffMs(attempt, most)));
  expect(ceilings).toEqual([250, 500, 1000, 2000, 3000, 3000, 3000, 3000]);
});

test('jitter takes at most half away', () => {
  expect(backoffMs(0, least)).toBe(125);
  expect(backoffMs(9, least)).toBe(1500);
});
