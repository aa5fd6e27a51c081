import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeKid, encodeKid } from './frame-kid.ts';
import { codeOf } from './testing/frame-world.ts';

describe('the KID', () => {
  it('F9 is parity, stream, leaf, epoch, from the highest bit', () => {
    expect(encodeKid({ parity: 1, stream: 0, leaf: 0, epochSlot: 0 })).toBe(0x8000);
    expect(encodeKid({ parity: 0, stream: 3, leaf: 0, epochSlot: 0 })).toBe(0x3000);
    expect(encodeKid({ parity: 0, stream: 0, leaf: 255, epochSlot: 0 })).toBe(0x0ff0);
    expect(encodeKid({ parity: 1, stream: 1, leaf: 1, epochSlot: 3 })).toBe(0x9013);
  });

  it('F9 reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), (kid) => {
        expect(encodeKid(decodeKid(BigInt(kid)))).toBe(kid);
      }),
    );
  });

  it('F9 has no form for a leaf above 255, and none of more than 16 bits', async () => {
    for (const leaf of [256, -1, 1.5, Number.NaN]) {
      expect(await codeOf(() => encodeKid({ parity: 0, stream: 0, leaf, epochSlot: 0 }))).toBe(
        'bad-argument',
      );
    }
    expect(await codeOf(() => decodeKid(0x1_0000n))).toBe('malformed');
  });
});
