import { expect, test } from 'vitest';
import { createAllowance } from './allowance.ts';

test('so many within the time, and again when the first are over', () => {
  const take = createAllowance(2, 1000);
  expect([0, 400, 999].map(take)).toEqual([true, true, false]);
  expect([1400, 1998].map(take)).toEqual([true, false]);
  expect(take(5000)).toBe(true);
});
