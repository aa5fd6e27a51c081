// What a KID says here (RFC 9605 §5.2): the group's parity and the stream as context, the sender's
// MLS leaf in eight bits, and the last four bits of the epoch.
//
//   parity(1) | stream(3) | leaf(8) | epoch(4)
import { FrameError } from './errors.ts';

/** The numbers are part of the format: in the KID and in the metadata. */
export const STREAM_NUMBERS = { mic: 0, cam: 1, screen: 2, screenAudio: 3 } as const;

export type FrameStream = keyof typeof STREAM_NUMBERS;

/** Leaves above this have no KID: nobody sends from them and nobody accepts them. */
export const MAX_LEAF = 255;
/** Epochs that the four bits tell apart; two that are this far apart never live at once. */
export const EPOCH_SLOTS = 16;
const MAX_KID = 0xffff;

export interface KidFields {
  /** Lowest bit of the group's generation: tells a group from the one that it replaces. */
  readonly parity: number;
  /** As in STREAM_NUMBERS; a received number may be none of them. */
  readonly stream: number;
  readonly leaf: number;
  /** The epoch modulo EPOCH_SLOTS. */
  readonly epochSlot: number;
}

/** Throws FrameError `bad-argument` for a leaf that has no KID. */
export const encodeKid = ({ parity, stream, leaf, epochSlot }: KidFields): number => {
  if (!Number.isInteger(leaf) || leaf < 0 || leaf > MAX_LEAF) {
    throw new FrameError('bad-argument', 'the leaf has no KID');
  }
  return ((parity & 1) << 15) | ((stream & 0b111) << 12) | (leaf << 4) | (epochSlot & 0b1111);
};

/** Throws FrameError `malformed` for a KID of more than 16 bits. */
export const decodeKid = (kid: bigint): KidFields & { readonly kid: number } => {
  if (kid > BigInt(MAX_KID)) throw new FrameError('malformed', 'the KID has more than 16 bits');
  const bits = Number(kid);
  return {
    kid: bits,
    parity: bits >> 15,
    stream: (bits >> 12) & 0b111,
    leaf: (bits >> 4) & 0xff,
    epochSlot: bits & 0b1111,
  };
};

export const epochSlotOf = (epoch: number): number => epoch % EPOCH_SLOTS;
