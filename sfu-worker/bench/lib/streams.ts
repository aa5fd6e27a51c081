// What a person in the bench sends: a microphone and a camera as Chromium sends them for our page, in
// numbers; made-up ciphertext behind real headers.
import { randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import { camParameters, micParameters } from '../../test/rtp-fixtures.ts';

export interface Stream {
  readonly kind: types.MediaKind;
  readonly ssrc: number;
  readonly payloadType: number;
  /** Frames. */
  readonly perSecond: number;
  readonly packets: number;
  /** Payload of each packet. */
  readonly bytes: number;
}

export interface Sent {
  readonly source: 'mic' | 'cam';
  readonly rtpParameters: types.RtpParameters;
  /** Smallest layer first. */
  readonly streams: readonly Stream[];
}

export const MIC_STREAM = { perSecond: 50, packets: 1, bytes: 100 } as const;

/**
 * The three sizes of web/src/call/send-limits.ts (150, 500 and 1,500 kbit/s at 30 frames a second) in
 * packets of at most 1,200 bytes.
 */
export const CAMERA_LAYERS = [
  { perSecond: 30, packets: 1, bytes: 625 },
  { perSecond: 30, packets: 2, bytes: 1_042 },
  { perSecond: 30, packets: 6, bytes: 1_042 },
] as const;

/** A camera of one layer: the largest. */
export const PICTURE_STREAM = CAMERA_LAYERS[2];

export const packetsOf = ({ perSecond, packets }: { perSecond: number; packets: number }): number =>
  perSecond * packets;

export const MIC_PACKETS_PER_SECOND = packetsOf(MIC_STREAM);
export const cameraPacketsPerSecond = (layer: 0 | 1 | 2): number => packetsOf(CAMERA_LAYERS[layer]);

const newSsrc = (): number => randomInt(1, 2 ** 31);

/** Those of one source in a row: what retransmits is never the same as what transmits. */
const payloadTypeOf = ({ codecs }: types.RtpParameters): number => codecs[0]?.payloadType ?? 0;

/** `speed`: below 1, everything is slower in the same proportion. */
export const micOf = (speed = 1): Sent => {
  const rtpParameters = micParameters();
  const ssrc = newSsrc();
  const payloadType = payloadTypeOf(rtpParameters);
  const perSecond = MIC_STREAM.perSecond * speed;
  return {
    source: 'mic',
    rtpParameters: { ...rtpParameters, encodings: [{ ssrc }] },
    streams: [{ kind: 'audio', ...MIC_STREAM, perSecond, ssrc, payloadType }],
  };
};

/** With SSRCs instead of rids, which a browser stops to send once they are known. */
export const camOf = (speed = 1): Sent => {
  const rtpParameters = camParameters();
  const payloadType = payloadTypeOf(rtpParameters);
  const streams = CAMERA_LAYERS.map((layer): Stream => ({
    kind: 'video',
    ...layer,
    perSecond: layer.perSecond * speed,
    ssrc: newSsrc(),
    payloadType,
  }));
  const encodings = streams.map(({ ssrc }) => ({
    ssrc,
    rtx: { ssrc: newSsrc() },
    scalabilityMode: 'L1T3',
  }));
  return { source: 'cam', rtpParameters: { ...rtpParameters, encodings }, streams };
};
