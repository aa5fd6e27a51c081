import { expect, test } from 'vitest';
import { meterLevel } from './mic-level.ts';

test('silence rests the meter, full scale fills it, between it is even in decibels', () => {
  expect(meterLevel(new Float32Array(8))).toBe(0);
  expect(meterLevel(new Float32Array(8).fill(1))).toBe(1);
  expect(meterLevel(new Float32Array(8).fill(10 ** (-30 / 20)))).toBeCloseTo(0.5);
});
