// What a hostile router does to packets on their way: bits flipped where a reader of the frame format
// would flip them, sound of its own making, and frames that it kept.
import type { ChangePacket } from './relay.ts';
import { beginsVp8Frame, isVp8KeyFrame, type RtpPacket, vp8DescriptorLength } from './rtp.ts';

/** Opus that is silence, and nothing else (RFC 7587 §4.1's DTX is no frame at all). */
const OPUS_SILENCE = Buffer.from([0xf8, 0xff, 0xfe]);
/** 20 ms at 48 kHz. */
const OPUS_STEP = 960;

export const silence = (count: number): readonly RtpPacket[] =>
  Array.from({ length: count }, (_, index) => ({
    marker: false,
    payloadType: 100,
    sequence: index,
    timestamp: index * OPUS_STEP,
    ssrc: 1,
    payload: OPUS_SILENCE,
  }));

const withBit = (packet: RtpPacket, at: number, bit: number): readonly RtpPacket[] => {
  const payload = Buffer.from(packet.payload);
  payload[at] = (payload[at] ?? 0) ^ (1 << bit);
  return [{ ...packet, payload }];
};

/** Where the SFrame header begins in the first packet of a frame. */
const headerAt = ({ payload }: RtpPacket): number => {
  const start = vp8DescriptorLength(payload);
  return start + (isVp8KeyFrame({ timestamp: 0, data: payload.subarray(start) }) ? 10 : 1);
};

const middle = (start: number, end: number): number => start + Math.floor((end - start) / 2);

interface Flip {
  readonly video: ChangePacket;
  readonly audio: ChangePacket;
}

/** One bit of each frame, or of each packet. */
export const FLIPS: Readonly<Record<string, Flip>> = {
  'the key frame bit, or the first of all': {
    video: (packet) =>
      beginsVp8Frame(packet) ? withBit(packet, vp8DescriptorLength(packet.payload), 0) : [packet],
    audio: (packet) => withBit(packet, 0, 0),
  },
  'a bit of the clear prefix, or of the key id': {
    video: (packet) =>
      beginsVp8Frame(packet) ? withBit(packet, vp8DescriptorLength(packet.payload), 4) : [packet],
    audio: (packet) => withBit(packet, 1, 4),
  },
  'a bit of the header': {
    video: (packet) => (beginsVp8Frame(packet) ? withBit(packet, headerAt(packet), 0) : [packet]),
    audio: (packet) => withBit(packet, 3, 0),
  },
  'a bit of the ciphertext': {
    video: (packet) => {
      const { payload } = packet;
      const start = beginsVp8Frame(packet) ? headerAt(packet) : vp8DescriptorLength(payload);
      return withBit(packet, middle(start, payload.length), 3);
    },
    audio: (packet) => withBit(packet, middle(0, packet.payload.length), 3),
  },
  'the last bit of the tag': {
    video: (packet) => (packet.marker ? withBit(packet, packet.payload.length - 1, 0) : [packet]),
    audio: (packet) => withBit(packet, packet.payload.length - 1, 0),
  },
};

export interface Echo {
  readonly change: ChangePacket;
  /** Frames that went by; each was sent twice. */
  readonly frames: number;
}

/** Half the time between two frames, at 15 a second and 90 kHz. */
const BETWEEN_FRAMES = 3000;

/** Sends each frame of video again, behind the next one and as if it were another. */
export const echoFrames = (): Echo => {
  let former: RtpPacket[] = [];
  let current: RtpPacket[] = [];
  let frames = 0;
  return {
    get frames() {
      return frames;
    },
    change: (packet) => {
      current.push(packet);
      if (!packet.marker) return [packet];
      frames += 1;
      const timestamp = (packet.timestamp + BETWEEN_FRAMES) >>> 0;
      const again = former.map((old) => ({ ...old, ssrc: packet.ssrc, timestamp }));
      [former, current] = [current, []];
      return [packet, ...again];
    },
  };
};
