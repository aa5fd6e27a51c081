// The bytes that stay readable because routers and depacketizers read them, per codec, and the
// metadata that authenticates them. Codecs that are not listed here are refused.
import type { Bytes } from './web-types.ts';
import { FrameError } from './errors.ts';
import { type FrameStream, STREAM_NUMBERS } from './frame-kid.ts';

/** The numbers are part of the format. */
export const CODEC_NUMBERS = { opus: 1, vp8: 2, vp9: 3 } as const;

export type FrameCodec = keyof typeof CODEC_NUMBERS;

const METADATA_VERSION = 0x01;

/** RFC 6386 §9.1: frame tag (3), start code (3), width (2), height (2). */
const VP8_KEY_FRAME_PREFIX = 10;
/** Of the frame tag, bit 0: 0 for a key frame. */
const VP8_DELTA_FRAME_PREFIX = 1;

const isVp8KeyFrame = (first: number): boolean => (first & 1) === 0;

/** RFC 6386 §9.1: 9d 01 2a. What lacks it is not VP8, whatever was negotiated. */
const hasVp8StartCode = (frame: Uint8Array): boolean =>
  frame[3] === 0x9d && frame[4] === 0x01 && frame[5] === 0x2a;

const vp8Prefix = (frame: Uint8Array, first: number): number => {
  if (!isVp8KeyFrame(first)) return VP8_DELTA_FRAME_PREFIX;
  if (frame.length < VP8_KEY_FRAME_PREFIX) {
    throw new FrameError('too-short', 'a VP8 key frame of less than its header');
  }
  if (!hasVp8StartCode(frame)) throw new FrameError('malformed', 'no VP8 start code');
  return VP8_KEY_FRAME_PREFIX;
};

/**
 * Bytes at the start of `frame` that stay clear, read from the frame itself on both sides. Throws
 * FrameError `too-short` or `malformed` for what neither side lets through.
 */
export const clearPrefixLength = (codec: FrameCodec, frame: Uint8Array): number => {
  const first = frame[0];
  if (first === undefined) throw new FrameError('too-short', 'the frame is empty');
  switch (codec) {
    case 'opus':
    case 'vp9':
      return 0;
    case 'vp8':
      return vp8Prefix(frame, first);
  }
};

/** 0x01 | stream(1) | codec(1) | clear prefix: what both sides know beside the header. */
export const frameMetadata = (
  stream: FrameStream,
  codec: FrameCodec,
  prefix: Uint8Array,
): Bytes => {
  const out = new Uint8Array(3 + prefix.length);
  out[0] = METADATA_VERSION;
  out[1] = STREAM_NUMBERS[stream];
  out[2] = CODEC_NUMBERS[codec];
  out.set(prefix, 3);
  return out;
};

/** From a negotiated MIME type. Throws FrameError `unsupported-codec`: the stream is not sent. */
export const frameCodecOf = (mimeType: string): FrameCodec => {
  switch (mimeType.toLowerCase()) {
    case 'audio/opus':
      return 'opus';
    case 'video/vp8':
      return 'vp8';
    case 'video/vp9':
      return 'vp9';
    default:
      throw new FrameError('unsupported-codec', 'no tested way to encrypt this codec');
  }
};

/** Whether a decoder can start with this opened frame; undefined where the bytes do not say. */
export const isKeyFrame = (codec: FrameCodec, frame: Uint8Array): boolean | undefined => {
  switch (codec) {
    case 'opus':
      return true;
    case 'vp8':
      return isVp8KeyFrame(frame[0] ?? 1);
    case 'vp9':
      return undefined;
  }
};
