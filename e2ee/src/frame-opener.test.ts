import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameCodec } from './clear-prefix.ts';
import type { FrameErrorCode } from './errors.ts';
import { encodeFrameHeader } from './frame-header.ts';
import type { SealTarget } from './frame-sealer.ts';
import { CAM, forge, makePair, MIC } from './testing/frame-members.ts';
import { codeOf, flipBit, vp8DeltaFrame, vp8KeyFrame } from './testing/frame-world.ts';
import { toHex } from './testing/hex.ts';
import type { Bytes } from './web-types.ts';

/** A frame for the microphone under any KID. */
const sealedAs = (kid: bigint) => forge(0, MIC, kid);

describe('opening', () => {
  it('F3 F6 gives back every frame of every stream, in a buffer of its own', async () => {
    const { alice, bob } = await makePair();
    const frames: readonly (readonly [SealTarget, Bytes])[] = [
      [MIC, Uint8Array.of(0xf8)],
      [CAM, vp8KeyFrame()],
      [CAM, vp8KeyFrame(new Uint8Array(0))],
      [CAM, vp8DeltaFrame()],
      [CAM, Uint8Array.of(0x31)],
      [{ stream: 'screen', codec: 'vp9' }, Uint8Array.of(1, 2, 3)],
      [{ stream: 'screenAudio', codec: 'opus' }, new Uint8Array(2000).fill(3)],
    ];
    for (const [target, frame] of frames) {
      const opened = await bob.open(target, await alice.seal(target, frame));
      expect(toHex(opened)).toBe(toHex(frame));
      expect(opened.buffer.byteLength).toBe(opened.length);
    }
  });

  it('F4 refuses every turned bit of prefix, header, ciphertext and tag, and opens it after', async () => {
    const { alice, bob } = await makePair();
    for (const frame of [vp8KeyFrame(), vp8DeltaFrame()]) {
      const sealed = await alice.seal(CAM, frame);
      for (let bit = 0; bit < sealed.length * 8; bit += 1) {
        expect(await codeOf(() => bob.open(CAM, flipBit(sealed, bit)))).not.toBe('nothing');
      }
      expect(toHex(await bob.open(CAM, sealed))).toBe(toHex(frame));
    }
  });

  it('F4 F7 refuses it cut off anywhere, down to nothing', async () => {
    const { alice, bob } = await makePair();
    for (const frame of [vp8KeyFrame(), vp8DeltaFrame()]) {
      const sealed = await alice.seal(CAM, frame);
      for (let length = 0; length < sealed.length; length += 1) {
        const code = await codeOf(() => bob.open(CAM, sealed.slice(0, length)));
        expect(['too-short', 'not-authentic']).toContain(code);
      }
    }
  });

  it('F20 never takes noise, whatever it looks like', async () => {
    const { bob } = await makePair();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<FrameCodec>('opus', 'vp8', 'vp9'),
        fc.uint8Array({ maxLength: 60 }),
        fc.boolean(),
        async (codec, noise, isHeaded) => {
          const start = isHeaded ? encodeFrameHeader(0x8003n, 1n) : new Uint8Array(0);
          const frame = Uint8Array.of(...start, ...noise);
          expect(await codeOf(() => bob.open({ stream: 'mic', codec }, frame))).not.toBe('nothing');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('F20 refuses by the first check that fails, before any key is derived', async () => {
    const { bob } = await makePair();
    const live = bob.ring.find(1, 3);
    let derived = 0;
    const keysOf = live?.keysOf.bind(live);
    if (live !== undefined && keysOf !== undefined) {
      live.keysOf = async (kid) => {
        derived += 1;
        return keysOf(kid);
      };
    }
    const refused: readonly (readonly [Bytes, FrameErrorCode])[] = [
      [await sealedAs(0x9003n), 'wrong-stream'],
      [await sealedAs(0xc003n), 'wrong-stream'],
      [await sealedAs(0x8004n), 'unknown-epoch'],
      [await sealedAs(0x0003n), 'unknown-epoch'],
      [await sealedAs(0x8023n), 'wrong-leaf'],
      [await sealedAs(0x8ff3n), 'wrong-leaf'],
      [await sealedAs(0x1_8003n), 'malformed'],
      [await forge(2 ** 32), 'malformed'],
    ];
    for (const [frame, code] of refused) {
      expect(await codeOf(() => bob.open(MIC, frame))).toBe(code);
    }
    expect(derived).toBe(0);
    await bob.open(MIC, await forge(0));
    expect(derived).toBe(1);
  });
});

describe('frames of others', () => {
  it('F21 refuses one stream in place of another', async () => {
    const { alice, bob } = await makePair();
    const SCREEN = { stream: 'screen', codec: 'vp8' } as const;
    const SOUND = { stream: 'screenAudio', codec: 'opus' } as const;
    for (const [sent, asked] of [
      [CAM, SCREEN],
      [SCREEN, CAM],
      [MIC, SOUND],
      [SOUND, MIC],
      [MIC, CAM],
      [MIC, { stream: 'cam', codec: 'opus' }],
    ] as const) {
      const sealed = await alice.seal(sent);
      expect(await codeOf(() => bob.open(asked, sealed))).not.toBe('nothing');
      expect(await codeOf(() => bob.open(sent, sealed))).toBe('nothing');
    }
    const sealed = await alice.seal(SCREEN);
    expect(await codeOf(() => bob.open(CAM, sealed))).toBe('wrong-stream');
  });

  it('F5 refuses one codec in place of another', async () => {
    const { alice, bob } = await makePair();
    const sealed = await alice.seal({ stream: 'cam', codec: 'vp9' });
    expect(await codeOf(() => bob.open({ stream: 'cam', codec: 'opus' }, sealed))).toBe(
      'not-authentic',
    );
  });

  it('F21 refuses one peer in place of another, the own frames, and who is not in the epoch', async () => {
    const { alice, bob } = await makePair();
    const sealed = await alice.seal(MIC);
    expect(await codeOf(() => bob.open(MIC, sealed, 'carol'))).toBe('wrong-leaf');
    expect(await codeOf(() => bob.open(MIC, sealed, 'mallory'))).toBe('wrong-leaf');
    expect(await codeOf(() => alice.open(MIC, sealed, 'alice'))).toBe('wrong-leaf');
    expect(await codeOf(() => bob.open(MIC, sealed, 'alice'))).toBe('nothing');
  });

  it('F21 refuses what was never sealed', async () => {
    const { bob } = await makePair();
    const silence = Uint8Array.of(0xf8, 0xff, 0xfe);
    expect(await codeOf(() => bob.open(MIC, silence))).not.toBe('nothing');
    expect(await codeOf(() => bob.open(MIC, new Uint8Array(300)))).not.toBe('nothing');
    for (const frame of [vp8KeyFrame(new Uint8Array(300)), vp8DeltaFrame(new Uint8Array(300))]) {
      expect(await codeOf(() => bob.open(CAM, frame))).not.toBe('nothing');
    }
  });
});
