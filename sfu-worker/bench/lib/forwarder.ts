// Media servers as forwarders of plain RTP to sinks by SRTP: what mediasoup and Janus both do without a
// browser. Publishers each send a voice and a picture of one layer; every sink gets all of them.
import { randomBytes } from 'node:crypto';
import { MIC_STREAM, PICTURE_STREAM, type Stream } from './streams.ts';

/** RFC 3711's default suite, which every WebRTC server speaks, and Janus forwards with. */
export const SUITE = {
  name: 'AES_CM_128_HMAC_SHA1_80',
  bits: 80,
  keyBytes: 30,
  tagBytes: 10,
} as const;

export interface Forwarder {
  readonly name: string;
  pids(): readonly number[];
  /** Gives the port that takes its plain RTP, both streams. */
  publish(index: number): Promise<number>;
  /** All that is published, to this port of this machine under a key of its own. */
  forward(index: number, port: number): Promise<void>;
  close(): Promise<void>;
}

/** Key and salt, base64. */
export const newKey = (): string => randomBytes(SUITE.keyBytes).toString('base64');

// Janus tells the streams of a remote publisher apart by these (janus_videoroom.c,
// REMOTE_PUBLISHER_BASE_SSRC); mediasoup gets the same.
export const VOICE: Stream = { ...MIC_STREAM, kind: 'audio', ssrc: 1_000, payloadType: 111 };
export const PICTURE: Stream = { ...PICTURE_STREAM, kind: 'video', ssrc: 1_010, payloadType: 96 };
