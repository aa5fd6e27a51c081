import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrameHeader, encodeFrameHeader, MAX_HEADER_BYTES } from './frame-header.ts';
import { codeOf } from './testing/frame-world.ts';
import { toHex } from './testing/hex.ts';

const u64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
  // Both sides of each change of length.
  fc
    .tuple(fc.integer({ min: 0, max: 64 }), fc.constantFrom(-1n, 0n, 1n))
    .map(([bits, offset]) => (1n << BigInt(bits)) + offset)
    .filter((value) => value >= 0n && value <= 0xffff_ffff_ffff_ffffn),
);

describe('the SFrame header', () => {
  it('F1 takes the known forms', () => {
    const known: readonly (readonly [bigint, bigint, string])[] = [
      [0n, 0n, '00'],
      [7n, 7n, '77'],
      [8n, 0n, '8008'],
      [0n, 8n, '0808'],
      [0x0123n, 0x4567n, '9901234567'],
      [0xffn, 0x100n, '89ff0100'],
      [0x7001n, 0xffff_ffffn, '9b7001ffffffff'],
      [0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn, `ff${'ff'.repeat(16)}`],
    ];
    for (const [kid, counter, hex] of known) {
      expect(toHex(encodeFrameHeader(kid, counter))).toBe(hex);
    }
  });

  it('F1 reads back what it wrote, whatever follows', () => {
    fc.assert(
      fc.property(u64, u64, fc.uint8Array({ maxLength: 20 }), (kid, counter, rest) => {
        const header = encodeFrameHeader(kid, counter);
        expect(header.length).toBeLessThanOrEqual(MAX_HEADER_BYTES);
        const decoded = decodeFrameHeader(Uint8Array.of(...header, ...rest));
        expect(decoded).toEqual({ kid, counter, length: header.length });
      }),
    );
  });

  it('F1 has one form for each header: bytes that decode are what encode would write', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        try {
          const { kid, counter, length } = decodeFrameHeader(bytes);
          expect(toHex(encodeFrameHeader(kid, counter))).toBe(toHex(bytes.subarray(0, length)));
        } catch (error) {
          expect(error).toMatchObject({ name: 'FrameError' });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('F1 refuses longer forms than needed', async () => {
    for (const bytes of [
      [0x80, 0x07],
      [0x90, 0x00, 0xff],
      [0x08, 0x00],
      [0x09, 0x00, 0xff],
    ]) {
      expect(await codeOf(() => decodeFrameHeader(Uint8Array.from(bytes)))).toBe('malformed');
    }
  });

  it('F1 refuses a header that is cut off anywhere', async () => {
    const header = encodeFrameHeader(0x1234_5678n, 0x9abc_def0_1234n);
    for (let length = 0; length < header.length; length += 1) {
      const code = await codeOf(() => decodeFrameHeader(header.subarray(0, length)));
      expect(code).toBe('too-short');
    }
  });

  it('F1 refuses what is no unsigned 64-bit number', async () => {
    expect(await codeOf(() => encodeFrameHeader(-1n, 0n))).toBe('bad-argument');
    expect(await codeOf(() => encodeFrameHeader(0n, 1n << 64n))).toBe('bad-argument');
  });
});
