// Opens others' frames. The checks stand in the order of SPEC.md F20: whose frame it claims to be is
// settled before any key is derived, and nothing is written before the tag has proven the frame.
import type { Bytes } from './web-types.ts';
import { clearPrefixLength, type FrameCodec, frameMetadata } from './clear-prefix.ts';
import { FrameError } from './errors.ts';
import { openSealed } from './frame-cipher.ts';
import { COUNTER_LIMITS } from './frame-counter.ts';
import { decodeFrameHeader } from './frame-header.ts';
import { decodeKid, type FrameStream, STREAM_NUMBERS } from './frame-kid.ts';
import { TAG_BYTES } from './key-schedule.ts';
import type { KeyRing } from './key-ring.ts';
import type { LiveEpoch } from './live-epoch.ts';
import type { ReplayVerdict } from './replay-window.ts';

/** What was asked to be consumed; never taken from the frame or the router. */
export interface OpenTarget {
  readonly peerId: string;
  readonly stream: FrameStream;
  readonly codec: FrameCodec;
}

export interface OpenedFrame {
  /** The encoded frame in a buffer of its own. */
  readonly frame: Bytes;
  readonly epoch: LiveEpoch;
}

/** Rejects with FrameError; a frame that is refused changes no state. */
export type OpenStreamFrame = (target: OpenTarget, data: ArrayBuffer) => Promise<OpenedFrame>;

interface ParsedFrame {
  readonly prefix: Bytes;
  readonly header: Bytes;
  readonly sealed: Bytes;
  readonly kid: ReturnType<typeof decodeKid>;
  readonly counter: number;
}

const parseFrame = (codec: FrameCodec, frame: Bytes): ParsedFrame => {
  const start = clearPrefixLength(codec, frame);
  const { kid, counter, length } = decodeFrameHeader(frame.subarray(start));
  const sealed = frame.subarray(start + length);
  if (sealed.length < TAG_BYTES) throw new FrameError('too-short', 'there is no tag');
  if (counter >= BigInt(COUNTER_LIMITS.stopAt)) {
    throw new FrameError('malformed', 'a counter that no sender reaches');
  }
  return {
    prefix: frame.subarray(0, start),
    header: frame.subarray(start, start + length),
    sealed,
    kid: decodeKid(kid),
    counter: Number(counter),
  };
};

/** The epoch of the frame, once stream and leaf are those of the target. */
const findEpoch = (ring: KeyRing, target: OpenTarget, { kid }: ParsedFrame): LiveEpoch => {
  if (kid.stream !== STREAM_NUMBERS[target.stream]) {
    throw new FrameError('wrong-stream', 'a frame of another stream');
  }
  const epoch = ring.find(kid.parity, kid.epochSlot);
  if (epoch === undefined) throw new FrameError('unknown-epoch', 'no key for this epoch');
  // Own frames that a router sends back are nobody else's.
  if (kid.leaf !== epoch.leafOf(target.peerId) || kid.leaf === epoch.ownLeaf) {
    throw new FrameError('wrong-leaf', 'a frame of another member');
  }
  return epoch;
};

const requireNew = (verdict: ReplayVerdict): void => {
  switch (verdict) {
    case 'new':
      return;
    case 'duplicate':
      throw new FrameError('duplicate', 'this frame was opened before');
    case 'too-old':
      throw new FrameError('too-old', 'this frame is below the replay window');
  }
};

const joined = (prefix: Bytes, rest: Bytes): Bytes => {
  if (prefix.length === 0) return rest;
  const out = new Uint8Array(prefix.length + rest.length);
  out.set(prefix);
  out.set(rest, prefix.length);
  return out;
};

export const createFrameOpener = (ring: KeyRing): OpenStreamFrame => {
  return async (target, data) => {
    const parsed = parseFrame(target.codec, new Uint8Array(data));
    const { prefix, header, sealed, kid, counter } = parsed;
    const epoch = findEpoch(ring, target, parsed);
    const window = epoch.windowOf(kid.kid);
    requireNew(window.look(counter));
    const plaintext = await openSealed(
      await epoch.keysOf(kid.kid),
      BigInt(counter),
      header,
      frameMetadata(target.stream, target.codec, prefix),
      sealed,
    );
    // Again, and now for good: another pipeline may have opened the same frame meanwhile.
    requireNew(window.accept(counter));
    return { frame: joined(prefix, plaintext), epoch };
  };
};
