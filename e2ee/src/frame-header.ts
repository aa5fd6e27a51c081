// The SFrame header (RFC 9605 §4.3): a config byte, then the KID and the counter, each only if it
// does not fit into its three bits of the config byte.
//
//    0 1 2 3 4 5 6 7
//   |X|  K  |Y|  C  |   KID...   |   CTR...   |
import { FrameError } from './errors.ts';
import { byteLength, byteOf, type Halves, halvesOf, isU64 } from './u64.ts';
import type { Bytes } from './web-types.ts';

/** Config byte and two values of eight bytes. */
export const MAX_HEADER_BYTES = 17;

export interface FrameHeader {
  readonly kid: bigint;
  readonly counter: bigint;
  /** Bytes that the header takes at the start of what was decoded. */
  readonly length: number;
}

/** Values up to here stand in the config byte itself. */
const MAX_SHORT = 7;
const EXTENDED = 0b1000;

/** Bytes behind the config byte; 0 for what fits into it. */
const encodedLength = (value: Halves): number =>
  value.high === 0 && value.low <= MAX_SHORT ? 0 : byteLength(value);

const configBits = (value: Halves, length: number): number =>
  length === 0 ? value.low : EXTENDED | (length - 1);

const writeBigEndian = (out: Uint8Array, end: number, length: number, value: Halves): void => {
  for (let index = 0; index < length; index += 1) out[end - 1 - index] = byteOf(value, index);
};

/** Both values are unsigned 64-bit numbers; throws FrameError `bad-argument` otherwise. */
export const encodeFrameHeader = (kid: bigint, counter: bigint): Bytes => {
  if (!isU64(kid) || !isU64(counter)) {
    throw new FrameError('bad-argument', 'KID and counter are unsigned 64-bit numbers');
  }
  const [kidHalves, counterHalves] = [halvesOf(kid), halvesOf(counter)];
  const kidLength = encodedLength(kidHalves);
  const counterLength = encodedLength(counterHalves);
  const out = new Uint8Array(1 + kidLength + counterLength);
  out[0] = (configBits(kidHalves, kidLength) << 4) | configBits(counterHalves, counterLength);
  writeBigEndian(out, 1 + kidLength, kidLength, kidHalves);
  writeBigEndian(out, out.length, counterLength, counterHalves);
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
  let [high, low] = [0, 0];
  for (let index = start; index < end; index += 1) {
    high = ((high << 8) | (low >>> 24)) >>> 0;
    low = ((low << 8) | (bytes[index] ?? 0)) >>> 0;
  }
  if (encodedLength({ high, low }) !== length) {
    throw new FrameError('malformed', 'a header value is not in its shortest form');
  }
  return { value: high === 0 ? BigInt(low) : (BigInt(high) << 32n) | BigInt(low), end };
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
