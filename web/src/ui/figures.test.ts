// Figures of the details panel, as people read them.
import { expect, test } from 'vitest';
import { bitrate, milliseconds, resolution, share } from './figures.ts';

test.each([
  [0, '0 kbit/s'],
  [31_600, '32 kbit/s'],
  [999_400, '999 kbit/s'],
  [999_600, '1 Mbit/s'],
  [2_540_000, '2.5 Mbit/s'],
])('bitrate of %d is %s', (bps, expected) => {
  expect(bitrate(bps)).toBe(expected);
});

test.each([
  [0, '0%'],
  [0.0042, '0.4%'],
  [0.25, '25%'],
])('share of %d is %s', (ratio, expected) => {
  expect(share(ratio)).toBe(expected);
});

test('milliseconds are whole, and pixels are not grouped', () => {
  expect(milliseconds(33.6)).toBe('34 ms');
  expect(resolution(1280, 720)).toBe('1280 × 720');
});
