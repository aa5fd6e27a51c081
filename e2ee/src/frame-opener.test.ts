import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameErrorCode } from './errors.ts';
import { sealFrameAfter } from './frame-cipher.ts';
import { clearPrefixLength, type FrameCodec, frameMetadata } from './clear-prefix.ts';
import { createFrameOpener, type OpenTarget } from './frame-opener.ts';
import { createFrameSealer, type SealTarget } from './frame-sealer.ts';
import { encodeFrameHeader } from './frame-header.ts';
import { EPOCH_WIPE_MS, KeyRing } from './key-ring.ts';
import { deriveFrameKeys } from './key-schedule.ts';
import { REPLAY_WINDOW } from './replay-window.ts';
import {
  baseKeyOf,
  codeOf,
  encodedFrame,
  epochKeys,
  flipBit,
  groupOf,
  ManualClock,
  vp8DeltaFrame,
  vp8KeyFrame,
} from './testing/frame-world.ts';
import { toHex } from './testing/hex.ts';
import type { Bytes } from './web-types.ts';

const GROUP = groupOf(1);
const MIC = { stream: 'mic', codec: 'opus' } as const;
const CAM = { stream: 'cam', codec: 'vp8' } as const;

/** One member: a ring with what seals and opens over it. */
const makeMember = (peer: string) => {
  const clock = new ManualClock();
  const ring = new KeyRing({ clock });
  const sealWithin = createFrameSealer({ ring, onRotationDue: () => undefined });
  const open = createFrameOpener(ring);
  return {
    clock,
    ring,
    install: async (epoch: number, groupId = GROUP) => {
      ring.install(await epochKeys(peer, groupId, epoch));
      ring.sendIn({ groupId, epoch });
    },
    seal: (target: SealTarget, frame: Bytes = encodedFrame(target.codec)) =>
      sealWithin(target, frame.buffer),
    open: async (target: SealTarget, frame: Bytes, peerId = 'alice') =>
      (await open({ ...target, peerId }, Uint8Array.from(frame).buffer)).frame,
  };
};

const makePair = async (epoch = 3) => {
  const alice = makeMember('alice');
  const bob = makeMember('bob');
  await alice.install(epoch);
  await bob.install(epoch);
  return { alice, bob };
};

/** As a member who counts as they like would seal it. */
const forge = async (counter: number, target: SealTarget = MIC, kid = 0x8003n) => {
  const frame = encodedFrame(target.codec);
  const prefix = frame.subarray(0, clearPrefixLength(target.codec, frame));
  return sealFrameAfter(
    prefix,
    await deriveFrameKeys(baseKeyOf(GROUP, 3), kid, 4),
    kid,
    BigInt(counter),
    frameMetadata(target.stream, target.codec, prefix),
    frame.subarray(prefix.length),
  );
};

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
    const sealedAs = async (kid: bigint, target: SealTarget = MIC) => forge(0, target, kid);
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

describe('replay', () => {
  it('F17 F19 drops a second one, refuses what is below the window, takes what is within', async () => {
    const { bob } = await makePair();
    const open = async (counter: number) => codeOf(async () => bob.open(MIC, await forge(counter)));
    expect(await open(5000)).toBe('nothing');
    expect(await open(5000)).toBe('duplicate');
    expect(await open(5001 - REPLAY_WINDOW)).toBe('nothing');
    expect(await open(5000 - REPLAY_WINDOW)).toBe('too-old');
    expect(await open(4999)).toBe('nothing');
    expect(await open(4999)).toBe('duplicate');
    expect(await open(5000 + 2 * REPLAY_WINDOW)).toBe('nothing');
    expect(await open(4999)).toBe('too-old');
  });

  it('F17 is kept over new consumers and other pipelines, and apart for each stream and epoch', async () => {
    const { alice, bob } = await makePair();
    const sealed = await alice.seal(MIC);
    const target: OpenTarget = { ...MIC, peerId: 'alice' };
    const first = createFrameOpener(bob.ring);
    const second = createFrameOpener(bob.ring);
    await first(target, sealed.slice().buffer);
    expect(await codeOf(() => second(target, sealed.slice().buffer))).toBe('duplicate');
    // The same counter of another stream, and of the next epoch.
    await bob.open(CAM, await alice.seal(CAM));
    await alice.install(4);
    await bob.install(4);
    await bob.open(MIC, await alice.seal(MIC));
    expect(await codeOf(() => bob.open(MIC, sealed))).toBe('duplicate');
    bob.clock.advance(EPOCH_WIPE_MS);
    expect(await codeOf(() => bob.open(MIC, sealed))).toBe('unknown-epoch');
  });

  it('F17 refuses a frame of epoch e when e + 16 has its place', async () => {
    const { alice, bob } = await makePair();
    const sealed = await alice.seal(MIC);
    await bob.install(19);
    expect(await codeOf(() => bob.open(MIC, sealed))).toBe('not-authentic');
  });

  it('F18 lets one pass of two that are opened at once', async () => {
    const { alice, bob } = await makePair();
    const sealed = await alice.seal(MIC);
    const codes = await Promise.all(
      Array.from({ length: 5 }, () => codeOf(() => bob.open(MIC, sealed))),
    );
    expect(codes.filter((code) => code === 'nothing')).toHaveLength(1);
    expect(codes.filter((code) => code === 'duplicate')).toHaveLength(4);
  });

  it('F18 is not moved by frames that fail', async () => {
    const { alice, bob } = await makePair();
    const sealed = await alice.seal(MIC);
    const far = await forge(2 ** 31);
    expect(await codeOf(() => bob.open(MIC, flipBit(far, far.length * 8 - 1)))).toBe(
      'not-authentic',
    );
    expect(await codeOf(() => bob.open(MIC, flipBit(sealed, sealed.length * 8 - 1)))).toBe(
      'not-authentic',
    );
    expect(await codeOf(() => bob.open(MIC, sealed))).toBe('nothing');
  });

  it('F17 F18 passes each frame exactly once, under any order, repetition and damage', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ index: fc.nat({ max: 19 }), damage: fc.option(fc.nat(), { freq: 3 }) }),
          { maxLength: 60 },
        ),
        async (deliveries) => {
          const { alice, bob } = await makePair();
          const sealed: Bytes[] = [];
          for (let index = 0; index < 20; index += 1) sealed.push(await alice.seal(MIC));
          const passed = new Set<number>();
          for (const { index, damage } of deliveries) {
            const frame = sealed[index] ?? new Uint8Array(0);
            const sent = damage === null ? frame : flipBit(frame, damage % (frame.length * 8));
            const code = await codeOf(() => bob.open(MIC, sent));
            if (damage !== null) expect(code).not.toBe('nothing');
            else expect(code).toBe(passed.has(index) ? 'duplicate' : 'nothing');
            if (damage === null) passed.add(index);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('epochs', () => {
  it('F12 opens frames of the epoch before for 10 s, and late keys open what comes after them', async () => {
    const { alice, bob } = await makePair();
    const early = await alice.seal(MIC);
    await alice.install(4);
    const ahead = await alice.seal(MIC);
    expect(await codeOf(() => bob.open(MIC, ahead))).toBe('unknown-epoch');
    await bob.install(4);
    expect(await codeOf(() => bob.open(MIC, ahead))).toBe('nothing');
    expect(await codeOf(() => bob.open(MIC, early))).toBe('nothing');
  });

  it('F12 opens nothing of an epoch that one never had', async () => {
    const { alice } = await makePair();
    const carol = makeMember('carol');
    const before = await alice.seal(MIC);
    await carol.install(4);
    expect(await codeOf(() => carol.open(MIC, before))).toBe('unknown-epoch');
  });

  it('F9 tells a group from the one that it replaces', async () => {
    const { alice, bob } = await makePair(0);
    const old = await alice.seal(MIC);
    await alice.install(0, groupOf(2));
    await bob.install(0, groupOf(2));
    const fresh = await alice.seal(MIC);
    expect(await codeOf(() => bob.open(MIC, fresh))).toBe('nothing');
    expect(await codeOf(() => bob.open(MIC, old))).toBe('nothing');
  });
});
