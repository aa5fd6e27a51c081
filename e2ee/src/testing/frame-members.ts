// Members of one group, each with a ring and what seals and opens over it; and a forger, who has the
// keys and counts as they like.
import { clearPrefixLength, frameMetadata } from '../clear-prefix.ts';
import { sealFrameAfter } from '../frame-cipher.ts';
import { createFrameOpener } from '../frame-opener.ts';
import { createFrameSealer, type SealTarget } from '../frame-sealer.ts';
import { KeyRing } from '../key-ring.ts';
import { deriveFrameKeys } from '../key-schedule.ts';
import type { Bytes } from '../web-types.ts';
import { baseKeyOf, encodedFrame, epochKeys, groupOf, ManualClock } from './frame-world.ts';

export const GROUP = groupOf(1);
export const MIC = { stream: 'mic', codec: 'opus' } as const;
export const CAM = { stream: 'cam', codec: 'vp8' } as const;

/** One member: a ring with what seals and opens over it. */
export const makeMember = (peer: string) => {
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

export const makePair = async (epoch = 3) => {
  const alice = makeMember('alice');
  const bob = makeMember('bob');
  await alice.install(epoch);
  await bob.install(epoch);
  return { alice, bob };
};

/** As a member who counts as they like would seal it. */
export const forge = async (counter: number, target: SealTarget = MIC, kid = 0x8003n) => {
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
