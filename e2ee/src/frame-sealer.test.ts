import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearPrefixLength, type FrameCodec } from './clear-prefix.ts';
import { createFrameSealer } from './frame-sealer.ts';
import { decodeKid, type FrameStream, STREAM_NUMBERS } from './frame-kid.ts';
import type { GroupPoint } from './group-id.ts';
import { EPOCH_WIPE_MS, KeyRing } from './key-ring.ts';
import {
  codeOf,
  encodedFrame,
  epochKeys,
  groupOf,
  headerAfter,
  ManualClock,
  vp8DeltaFrame,
  vp8KeyFrame,
} from './testing/frame-world.ts';

const GROUP = groupOf(1);

const makeSender = async (limits = { rotateAt: 1000, stopAt: 2000 }) => {
  const clock = new ManualClock();
  const ring = new KeyRing({ clock, limits });
  const rotations: GroupPoint[] = [];
  const seal = createFrameSealer({ ring, onRotationDue: (point) => rotations.push(point) });
  const begin = async (groupId: string, epoch: number) => {
    ring.install(await epochKeys('alice', groupId, epoch));
    ring.sendIn({ groupId, epoch });
  };
  return { clock, ring, seal, begin, rotations };
};

const CAM = { stream: 'cam', codec: 'vp8' } as const;
const MIC = { stream: 'mic', codec: 'opus' } as const;

describe('sealing', () => {
  it('F5 F6 F9 writes prefix, header, ciphertext and tag', async () => {
    const { seal, begin } = await makeSender();
    await begin(GROUP, 19);
    const key = vp8KeyFrame(Uint8Array.from({ length: 50 }, () => 0xaa));
    const sealed = await seal(CAM, key.buffer);
    expect([...sealed.subarray(0, 10)]).toEqual([...key.subarray(0, 10)]);
    const header = headerAfter(10, sealed);
    expect(header.counter).toBe(0n);
    expect(decodeKid(header.kid)).toMatchObject({ parity: 1, stream: 1, leaf: 0, epochSlot: 3 });
    expect(sealed.length).toBe(10 + header.length + 50 + 16);
    expect(sealed.buffer.byteLength).toBe(sealed.length);
    expect(Buffer.from(sealed.subarray(10)).includes(Buffer.alloc(8, 0xaa))).toBe(false);
  });

  it('F7 does not seal empty or short frames, and takes no counter for them', async () => {
    const { seal, begin } = await makeSender();
    await begin(GROUP, 0);
    expect(await codeOf(() => seal(MIC, new ArrayBuffer(0)))).toBe('too-short');
    expect(await codeOf(() => seal(CAM, vp8KeyFrame().slice(0, 9).buffer))).toBe('too-short');
    expect(headerAfter(1, await seal(CAM, vp8DeltaFrame().buffer)).counter).toBe(0n);
  });

  it('F13 seals nothing without an epoch to send in', async () => {
    const { ring, seal, begin } = await makeSender();
    expect(await codeOf(() => seal(MIC, encodedFrame('opus').buffer))).toBe('no-sending-key');
    ring.install(await epochKeys('alice', GROUP, 0));
    expect(await codeOf(() => seal(MIC, encodedFrame('opus').buffer))).toBe('no-sending-key');
    await begin(GROUP, 1);
    ring.close();
    expect(await codeOf(() => seal(MIC, encodedFrame('opus').buffer))).toBe('no-sending-key');
  });

  it('F15 asks for a new epoch once, and stops at the limit', async () => {
    const { seal, begin, rotations } = await makeSender({ rotateAt: 3, stopAt: 6 });
    await begin(GROUP, 0);
    const frame = () => seal(MIC, encodedFrame('opus').buffer);
    for (let sent = 0; sent < 6; sent += 1) {
      expect(headerAfter(0, await frame()).counter).toBe(BigInt(sent));
      expect(rotations.length).toBe(sent < 3 ? 0 : 1);
    }
    expect(await codeOf(frame)).toBe('counter-exhausted');
    expect(rotations).toEqual([{ groupId: GROUP, epoch: 0 }]);
    await begin(GROUP, 1);
    expect(headerAfter(0, await frame()).counter).toBe(0n);
  });
});

type Move =
  | { readonly kind: 'frames'; readonly stream: FrameStream; readonly count: number }
  /** The same epoch again, as after a sender was made anew or a message came twice. */
  | { readonly kind: 'reinstall' }
  | { readonly kind: 'epoch'; readonly by: number; readonly isSending: boolean }
  | { readonly kind: 'rejoin'; readonly leaf: number }
  | { readonly kind: 'group' }
  | { readonly kind: 'wait'; readonly ms: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('frames' as const),
      stream: fc.constantFrom(...(['mic', 'cam', 'screen', 'screenAudio'] as const)),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reinstall' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('epoch' as const),
      // Up to a wrap of the four bits.
      by: fc.constantFrom(1, 1, 1, 2, 8, 15, 16, 17),
      isSending: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('rejoin' as const),
      leaf: fc.integer({ min: 0, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('group' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1000, EPOCH_WIPE_MS),
    }),
  },
);

const CODECS: Readonly<Record<FrameStream, FrameCodec>> = {
  mic: 'opus',
  cam: 'vp8',
  screen: 'vp9',
  screenAudio: 'opus',
};

describe('counters', () => {
  it('F14 never repeat under one key: layers, new senders, rejoins, wraps, new groups', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 30 }), async (moves) => {
        const { clock, ring, seal } = await makeSender();
        const used = new Set<string>();
        let [generation, epoch, ownLeaf] = [1, 0, 0];
        const install = async () =>
          ring.install(await epochKeys('alice', groupOf(generation), epoch, { ownLeaf }));
        const send = () => ring.sendIn({ groupId: groupOf(generation), epoch });
        const begin = async () => {
          await install();
          send();
        };
        /** All at once, as simulcast layers and overlapping connections do. */
        const sendFrames = async (stream: FrameStream, count: number) => {
          const codec = CODECS[stream];
          const sealing = Array.from({ length: count }, async () => {
            const frame = encodedFrame(codec);
            const { sending } = ring;
            const sealed = await seal({ stream, codec }, frame.buffer);
            const { kid, counter } = headerAfter(clearPrefixLength(codec, frame), sealed);
            expect(decodeKid(kid).stream).toBe(STREAM_NUMBERS[stream]);
            return `${sending?.groupId} ${sending?.epoch} ${kid} ${counter}`;
          });
          for (const key of await Promise.all(sealing)) {
            expect(used).not.toContain(key);
            used.add(key);
          }
        };
        await begin();
        for (const step of moves) {
          switch (step.kind) {
            case 'frames':
              await sendFrames(step.stream, step.count);
              break;
            case 'reinstall':
              await begin();
              break;
            case 'epoch':
              epoch += step.by;
              await install();
              if (step.isSending) send();
              break;
            case 'rejoin':
              epoch += 2;
              ownLeaf = step.leaf;
              await begin();
              break;
            case 'group':
              generation += 1;
              epoch = 0;
              await begin();
              break;
            case 'wait':
              clock.advance(step.ms);
              break;
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
