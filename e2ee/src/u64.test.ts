import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLength, byteOf, halvesOf, isU64 } from './u64.ts';

describe('unsigned 64-bit numbers', () => {
  it('F1 are the bytes that their hexadecimal digits say', () => {
    const u64 = fc
      .tuple(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), fc.integer({ min: 0, max: 63 }))
      .map(([value, shift]) => value >> BigInt(shift));
    fc.assert(
      fc.property(u64, (value) => {
        const digits = value.toString(16);
        const halves = halvesOf(value);
        expect(byteLength(halves)).toBe(Math.ceil(digits.length / 2));
        const bytes = Array.from({ length: 8 }, (_, index) => byteOf(halves, 7 - index));
        expect(Buffer.from(bytes).toString('hex')).toBe(digits.padStart(16, '0'));
      }),
    );
  });

  it('F1 have 64 bits and no sign', () => {
    expect([0n, 0xffff_ffff_ffff_ffffn].map(isU64)).toEqual([true, true]);
    expect([-1n, 1n << 64n].map(isU64)).toEqual([false, false]);
  });
});
