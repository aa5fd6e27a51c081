// The SFrame header (RFC 9605 §4.3): a config byte, then the KID and the counter, each only if it
// does not fit into its three bits of the config byte.
//
//    0 1 2 3 4 5 6 7
//   |X|  K  |Y|  C  |   KID...   |   CTR...   |
import type { Bytes } from './web-types.ts';
import { FrameError } from './errors.ts';

/** Config byte and two values of eight bytes. */
export const MAX_HEADER_BYTES = 17;

export interface FrameHeader {
  readonly kid: bigint;
  readonly counter: bigint;
  /** Bytes that the header takes at the start of what was decoded. */
  readonly length: number;
}

const MAX_U64 = 0xffff_ffff_ffff_ffffn;
/** Values up to here stand in the config byte itself. */
const MAX_SHORT = 7n;
const EXTENDED = 0b1000;

/** Bytes of the shortest big-endian form; 0 for what fits into the config byte. */
const encodedLength = (value: bigint): number => {
  if (value <= MAX_SHORT) return 0;
  let length = 1;
  for (let rest = value >> 8n; rest > 0n; rest >>= 8n) length += 1;
  return length;
};

const configBits = (value: bigint, length: number): number =>
  length === 0 ? Number(value) : EXTENDED | (length - 1);

const writeBigEndian = (out: Uint8Array, end: number, length: number, value: bigint): void => {
  let rest = value;
  for (let index = 1; index <= length; index += 1) {
    out[end - index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
};

/** Both values are unsigned 64-bit numbers; throws FrameError `bad-argument` otherwise. */
export const encodeFrameHeader = (kid: bigint, counter: bigint): Bytes => {
  if (kid < 0n || kid > MAX_U64 || counter < 0n || counter > MAX_U64) {
    throw new FrameError('bad-argument', 'KID and counter are unsigned 64-bit numbers');
  }
  const kidLength = encodedLength(kid);
  const counterLength = encodedLength(counter);
  const out = new Uint8Array(1 + kidLength + counterLength);
  out[0] = (configBits(kid, kidLength) << 4) | configBits(counter, counterLength);
  writeBigEndian(out, 1 + kidLength, kidLength, kid);
  writeBigEndian(out, out.length, counterLength, counter);
  return out;
};

interface Field {
  readonly value: bigint;
  readonly end: number;
}

/** RFC 9605 §4.3: the minimum number of bytes, so that there is one form of every header. */
const readField = (bytes: Uint8Array, start: number, bits: number): Field => {
  if ((bits & EXTENDED) === 0) return { value: BigInt(bits), end: start };
  const length = (bits & 0b111) + 1;
  const end = start + length;
  if (end > bytes.length) throw new FrameError('too-short', 'the header is cut off');
  let value = 0n;
  for (let index = start; index < end; index += 1) {
    value = (value << 8n) | BigInt(bytes[index] ?? 0);
  }
  if (encodedLength(value) !== length) {
    throw new FrameError('malformed', 'a header value is not in its shortest form');
  }
  return { value, end };
};

/**
 * Reads the header at the start of `bytes`; what follows it is not looked at. Throws FrameError
 * `too-short` or `malformed`.
 */
export const decodeFrameHeader = (bytes: Uint8Array): FrameHeader => {
  const config = bytes[0];
  if (config === undefined) throw new FrameError('too-short', 'there is no header');
  const kid = readField(bytes, 1, config >> 4);
  const counter = readField(bytes, kid.end, config & 0b1111);
  return { kid: kid.value, counter: counter.value, length: counter.end };
};
