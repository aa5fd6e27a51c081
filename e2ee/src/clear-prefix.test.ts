import { describe, expect, it } from 'vitest';
import { clearPrefixLength, frameCodecOf, frameMetadata } from './clear-prefix.ts';
import { codeOf, vp8DeltaFrame, vp8KeyFrame } from './testing/frame-world.ts';

const listed = (...args: Parameters<typeof frameMetadata>) => [...frameMetadata(...args)];

describe('the clear prefix', () => {
  it('F6 is 10 bytes of a VP8 key frame, 1 of a delta frame, none of Opus and VP9', () => {
    expect(clearPrefixLength('vp8', vp8KeyFrame())).toBe(10);
    expect(clearPrefixLength('vp8', vp8DeltaFrame())).toBe(1);
    expect(clearPrefixLength('vp8', vp8KeyFrame(new Uint8Array(0)))).toBe(10);
    expect(clearPrefixLength('opus', Uint8Array.of(0xf8))).toBe(0);
    expect(clearPrefixLength('vp9', vp8KeyFrame())).toBe(0);
  });

  it('F7 does not exist for an empty frame, a short key frame, or what is not VP8', async () => {
    for (const codec of ['opus', 'vp8', 'vp9'] as const) {
      expect(await codeOf(() => clearPrefixLength(codec, new Uint8Array(0)))).toBe('too-short');
    }
    for (let length = 1; length < 10; length += 1) {
      const frame = vp8KeyFrame().subarray(0, length);
      expect(await codeOf(() => clearPrefixLength('vp8', frame))).toBe('too-short');
    }
    // An H264 access unit: its start code, then an SPS. Its first byte is even.
    const h264 = Uint8Array.of(0, 0, 0, 1, 0x67, 0x42, 0xe0, 0x1f, 0xda, 0x01, 0x40, 0x16);
    expect(await codeOf(() => clearPrefixLength('vp8', h264))).toBe('malformed');
  });

  it('F8 is refused for codecs without a tested rule', async () => {
    expect(frameCodecOf('audio/opus')).toBe('opus');
    expect(frameCodecOf('video/VP8')).toBe('vp8');
    expect(frameCodecOf('video/VP9')).toBe('vp9');
    for (const mimeType of ['video/H264', 'video/AV1', 'audio/red', 'video/H265', '', 'vp8']) {
      expect(await codeOf(() => frameCodecOf(mimeType))).toBe('unsupported-codec');
    }
  });

  it('F5 stands in the metadata, behind version, stream and codec', () => {
    expect(listed('mic', 'opus', new Uint8Array(0))).toEqual([1, 0, 1]);
    expect(listed('cam', 'vp8', Uint8Array.of(0x31))).toEqual([1, 1, 2, 0x31]);
    expect(listed('screen', 'vp9', new Uint8Array(0))).toEqual([1, 2, 3]);
    expect(listed('screenAudio', 'opus', new Uint8Array(0))).toEqual([1, 3, 1]);
  });
});
