// What a Chromium sends and asks for, as mediasoup-client puts it: for tests that need no browser.
// Signaling's scenario tests use it too.
import { randomBytes, randomInt } from 'node:crypto';
import { ROUTER_RTP_CAPABILITIES } from '../src/codecs.ts';
import type { types } from 'mediasoup';

const extension = {
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  rid: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  repairedRid: 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  absoluteSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  orientation: 'urn:3gpp:video-orientation',
} as const;

const ssrc = (): number => randomInt(1, 2 ** 32 - 1);

const cname = (): string => randomBytes(12).toString('base64');

const opus = (mid: string): types.RtpParameters => ({
  mid,
  codecs: [
    {
      mimeType: 'audio/opus',
      payloadType: 111,
      clockRate: 48_000,
      channels: 2,
      parameters: { minptime: 10, useinbandfec: 1, usedtx: 1 },
      rtcpFeedback: [{ type: 'transport-cc', parameter: '' }],
    },
  ],
  headerExtensions: [
    { uri: extension.mid, id: 4, encrypt: false, parameters: {} },
    { uri: extension.absoluteSendTime, id: 2, encrypt: false, parameters: {} },
    { uri: extension.transportCc, id: 3, encrypt: false, parameters: {} },
    { uri: extension.audioLevel, id: 1, encrypt: false, parameters: {} },
  ],
  encodings: [{ ssrc: ssrc(), dtx: false }],
  rtcp: { cname: cname(), reducedSize: true },
});

const vp8 = (mid: string, encodings: types.RtpEncodingParameters[]): types.RtpParameters => ({
  mid,
  codecs: [
    {
      mimeType: 'video/VP8',
      payloadType: 96,
      clockRate: 90_000,
      parameters: {},
      rtcpFeedback: [
        { type: 'goog-remb', parameter: '' },
        { type: 'transport-cc', parameter: '' },
        { type: 'ccm', parameter: 'fir' },
        { type: 'nack', parameter: '' },
        { type: 'nack', parameter: 'pli' },
      ],
    },
    {
      mimeType: 'video/rtx',
      payloadType: 97,
      clockRate: 90_000,
      parameters: { apt: 96 },
      rtcpFeedback: [],
    },
  ],
  headerExtensions: [
    { uri: extension.mid, id: 4, encrypt: false, parameters: {} },
    { uri: extension.rid, id: 10, encrypt: false, parameters: {} },
    { uri: extension.repairedRid, id: 11, encrypt: false, parameters: {} },
    { uri: extension.absoluteSendTime, id: 2, encrypt: false, parameters: {} },
    { uri: extension.transportCc, id: 3, encrypt: false, parameters: {} },
    { uri: extension.orientation, id: 13, encrypt: false, parameters: {} },
  ],
  encodings,
  rtcp: { cname: cname(), reducedSize: true },
});

export const micParameters = (mid = '0'): types.RtpParameters => opus(mid);

/** In three simulcast layers. */
export const camParameters = (mid = '1'): types.RtpParameters =>
  vp8(
    mid,
    ['r0', 'r1', 'r2'].map((rid) => ({ rid, dtx: false, scalabilityMode: 'L1T2' })),
  );

/** In one layer. */
export const screenParameters = (mid = '2'): types.RtpParameters =>
  vp8(mid, [{ ssrc: ssrc(), rtx: { ssrc: ssrc() }, dtx: false }]);

export const screenAudioParameters = (mid = '3'): types.RtpParameters => opus(mid);

const payloadTypeOf = (mimeType: string): number => {
  const codec = ROUTER_RTP_CAPABILITIES.codecs?.find((known) => known.mimeType === mimeType);
  if (codec === undefined) throw new Error(`no ${mimeType} in the codec table`);
  return codec.preferredPayloadType;
};

/**
 * What a page can receive once it has loaded the router's capabilities: its own codecs and header
 * extensions under the router's numbers.
 */
export const RECEIVE_CAPABILITIES: types.RtpCapabilities = {
  codecs: [
    {
      kind: 'audio',
      mimeType: 'audio/opus',
      preferredPayloadType: payloadTypeOf('audio/opus'),
      clockRate: 48_000,
      channels: 2,
      parameters: { minptime: 10, useinbandfec: 1 },
      rtcpFeedback: [
        { type: 'transport-cc', parameter: '' },
        { type: 'nack', parameter: '' },
      ],
    },
    {
      kind: 'video',
      mimeType: 'video/VP8',
      preferredPayloadType: payloadTypeOf('video/VP8'),
      clockRate: 90_000,
      parameters: {},
      rtcpFeedback: [
        { type: 'goog-remb', parameter: '' },
        { type: 'transport-cc', parameter: '' },
        { type: 'ccm', parameter: 'fir' },
        { type: 'nack', parameter: '' },
        { type: 'nack', parameter: 'pli' },
      ],
    },
    {
      kind: 'video',
      mimeType: 'video/rtx',
      preferredPayloadType: payloadTypeOf('video/rtx'),
      clockRate: 90_000,
      parameters: { apt: payloadTypeOf('video/VP8') },
      rtcpFeedback: [],
    },
  ],
  headerExtensions: (ROUTER_RTP_CAPABILITIES.headerExtensions ?? [])
    .filter(({ direction }) => direction === 'sendrecv')
    .filter(({ uri }) => Object.values<string>(extension).includes(uri))
    .map((known) => ({ ...known })),
};

/** A certificate of nobody, as a browser would announce it; another one with each call. */
export const dtlsParameters = (): types.DtlsParameters => ({
  role: 'client',
  fingerprints: [
    {
      algorithm: 'sha-256',
      value: [...randomBytes(32)]
        .map((byte) => byte.toString(16).padStart(2, '0').toUpperCase())
        .join(':'),
    },
  ],
});
