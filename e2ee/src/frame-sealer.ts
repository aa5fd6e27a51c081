// Seals the own frames in the epoch that the ring sends in. All senders of a stream (simulcast
// layers, peer to peer and router at once) share its counter, because they share its key.
import type { Bytes } from './web-types.ts';
import { clearPrefixLength, type FrameCodec, frameMetadata } from './clear-prefix.ts';
import { FrameError } from './errors.ts';
import { sealFrameAfter } from './frame-cipher.ts';
import { encodeKid, type FrameStream, STREAM_NUMBERS } from './frame-kid.ts';
import type { GroupPoint } from './group-id.ts';
import type { KeyRing } from './key-ring.ts';
import type { LiveEpoch } from './live-epoch.ts';

/** What a sender sends; decided by the page when it attaches the transform. */
export interface SealTarget {
  readonly stream: FrameStream;
  readonly codec: FrameCodec;
}

/** Resolves to prefix | header | ciphertext | tag in a buffer of its own. */
export type SealStreamFrame = (target: SealTarget, data: ArrayBuffer) => Promise<Bytes>;

export interface FrameSealerDeps {
  readonly ring: KeyRing;
  /** A key has sealed so much that the group needs a new epoch; told once for each epoch. */
  readonly onRotationDue: (point: GroupPoint) => void;
}

export const createFrameSealer = ({ ring, onRotationDue }: FrameSealerDeps): SealStreamFrame => {
  const told = new WeakSet<LiveEpoch>();
  const takeCounter = (epoch: LiveEpoch, kid: number): bigint => {
    const counter = epoch.counterOf(kid);
    if (counter.isRotationDue && !told.has(epoch)) {
      told.add(epoch);
      onRotationDue({ groupId: epoch.groupId, epoch: epoch.epoch });
    }
    return BigInt(counter.take());
  };

  return async ({ stream, codec }, data) => {
    const frame = new Uint8Array(data);
    const prefix = frame.subarray(0, clearPrefixLength(codec, frame));
    const epoch = ring.sending;
    if (epoch === undefined) throw new FrameError('no-sending-key', 'no epoch to send in');
    const kid = encodeKid({
      parity: epoch.parity,
      stream: STREAM_NUMBERS[stream],
      leaf: epoch.ownLeaf,
      epochSlot: epoch.slot,
    });
    const counter = takeCounter(epoch, kid);
    return sealFrameAfter(
      prefix,
      await epoch.keysOf(kid),
      BigInt(kid),
      counter,
      frameMetadata(stream, codec, prefix),
      frame.subarray(prefix.length),
    );
  };
};
