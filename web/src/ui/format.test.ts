// How long a call lasted, as people read it.
import { expect, test } from 'vitest';
import { clock, duration, isoDuration } from './format.ts';

test.each([
  [0, '0:00'],
  [7_900, '0:07'],
  [247_000, '4:07'],
  [3_847_000, '1:04:07'],
  [-5, '0:00'],
])('clock of %d ms is %s', (ms, expected) => {
  expect(clock(ms)).toBe(expected);
});

test.each([
  [1_000, '1 second'],
  [34_000, '34 seconds'],
  [720_000, '12 minutes'],
  [3_600_000, '1 hour'],
  [3_847_000, '1 hour and 4 minutes'],
])('duration of %d ms is %s', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

test('machines get ISO 8601', () => {
  expect(isoDuration(3_847_000)).toBe('PT1H4M7S');
});
