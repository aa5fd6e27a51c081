import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openFrame, sealFrame } from './frame-cipher.ts';
import { decodeFrameHeader, encodeFrameHeader } from './frame-header.ts';
import { deriveFrameKeys, type FrameKeys, TAG_BYTES } from './key-schedule.ts';
import { codeOf, flipBit } from './testing/frame-world.ts';
import { toHex } from './testing/hex.ts';

const BASE_KEY = new Uint8Array(16).fill(7);
const KID = 0x9013n;
const METADATA = Uint8Array.of(1, 1, 2, 0x31);
const PLAINTEXT = Uint8Array.from({ length: 40 }, (_, index) => index);

let keys: FrameKeys;
beforeAll(async () => {
  keys = await deriveFrameKeys(BASE_KEY, KID, 4);
});

describe('one frame', () => {
  it('F3 opens to what was sealed, for any counter, metadata and length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(4 as const, 5 as const),
        fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 300 }),
        async (suite, counter, metadata, plaintext) => {
          const own = await deriveFrameKeys(BASE_KEY, KID, suite);
          const frame = await sealFrame(own, KID, counter, metadata, Uint8Array.from(plaintext));
          const { length } = decodeFrameHeader(frame);
          expect(frame.length).toBe(length + plaintext.length + TAG_BYTES);
          expect(toHex(await openFrame(own, metadata, frame))).toBe(toHex(plaintext));
        },
      ),
    );
  });

  it('F4 fails for every turned bit of header, ciphertext and tag', async () => {
    const frame = await sealFrame(keys, KID, 0x1234n, METADATA, PLAINTEXT);
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const code = await codeOf(() => openFrame(keys, METADATA, flipBit(frame, bit)));
      expect(['not-authentic', 'malformed', 'too-short', 'wrong-key']).toContain(code);
    }
  });

  it('F4 fails for every turned bit of the metadata', async () => {
    const frame = await sealFrame(keys, KID, 5n, METADATA, PLAINTEXT);
    for (let bit = 0; bit < METADATA.length * 8; bit += 1) {
      const code = await codeOf(() => openFrame(keys, flipBit(METADATA, bit), frame));
      expect(code).toBe('not-authentic');
    }
  });

  it('F4 fails wherever it is cut off, and with anything behind it', async () => {
    const frame = await sealFrame(keys, KID, 5n, METADATA, PLAINTEXT);
    for (let length = 0; length < frame.length; length += 1) {
      const code = await codeOf(() => openFrame(keys, METADATA, frame.slice(0, length)));
      expect(['too-short', 'not-authentic']).toContain(code);
    }
    const longer = Uint8Array.of(...frame, 0);
    expect(await codeOf(() => openFrame(keys, METADATA, longer))).toBe('not-authentic');
  });

  it('F4 fails under the header of another counter', async () => {
    const frame = await sealFrame(keys, KID, 5n, METADATA, PLAINTEXT);
    const { length } = decodeFrameHeader(frame);
    const other = Uint8Array.of(...encodeFrameHeader(KID, 6n), ...frame.subarray(length));
    expect(await codeOf(() => openFrame(keys, METADATA, other))).toBe('not-authentic');
  });

  it('F2 fails with the keys of another KID, base key or suite', async () => {
    const frame = await sealFrame(keys, KID, 5n, METADATA, PLAINTEXT);
    const open = async (baseKey: Uint8Array, kid: bigint, suite: 4 | 5) => {
      const others = await deriveFrameKeys(baseKey, kid, suite);
      return codeOf(() => openFrame(others, METADATA, frame));
    };
    expect(await open(BASE_KEY, KID + 1n, 4)).toBe('wrong-key');
    expect(await open(BASE_KEY, KID, 5)).toBe('not-authentic');
    expect(await open(new Uint8Array(16).fill(8), KID, 4)).toBe('not-authentic');
    expect(await codeOf(() => sealFrame(keys, KID + 1n, 0n, METADATA, PLAINTEXT))).toBe(
      'wrong-key',
    );
  });

  it('F2 keeps keys that nobody can read out', () => {
    expect(keys.key.extractable).toBe(false);
  });
});
