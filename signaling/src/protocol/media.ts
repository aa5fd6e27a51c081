// The shapes of media negotiation: RTP, ICE and DTLS parameters as mediasoup and mediasoup-client
// exchange them, with a bound on every list and text that a stranger could send.
import * as z from 'zod/mini';
import { boundedRecord } from './common.ts';

const shortText = z.string().check(z.maxLength(128));
const longText = z.string().check(z.maxLength(1024));
const uint32 = z.int().check(z.gte(0), z.lte(0xffff_ffff));
const payloadType = z.int().check(z.gte(0), z.lte(127));
const few = <T extends z.core.SomeType>(item: T, most: number) =>
  z.array(item).check(z.maxLength(most));

export const MediaKind = z.enum(['audio', 'video']);
export type MediaKind = z.infer<typeof MediaKind>;

// RFC 6838 §4.2 registered names, as in "video/VP8"; no path into a property of a JS object.
const mimeType = z.string().check(z.regex(/^(audio|video)\/[A-Za-z0-9.+-]{1,32}$/));

const fmtpKey = z.string().check(z.regex(/^[A-Za-z0-9-]{1,48}$/));
const fmtp = boundedRecord(fmtpKey, z.union([shortText, z.number(), z.boolean()]), 32);

const rtcpFeedback = z.object({ type: shortText, parameter: z.optional(shortText) });

/** What this server offers of RTP header extensions (RFC 8285), and so all that a page may use. */
export const HeaderExtensionUri = z.enum([
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'urn:3gpp:video-orientation',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
]);

const rtpCodec = z.object({
  mimeType,
  payloadType,
  clockRate: uint32,
  channels: z.optional(z.int().check(z.gte(1), z.lte(8))),
  parameters: z.optional(fmtp),
  rtcpFeedback: z.optional(few(rtcpFeedback, 16)),
});

const rtpEncoding = z.object({
  ssrc: z.optional(uint32),
  rid: z.optional(z.string().check(z.regex(/^[A-Za-z0-9]{1,16}$/))),
  codecPayloadType: z.optional(payloadType),
  rtx: z.optional(z.object({ ssrc: uint32 })),
  dtx: z.optional(z.boolean()),
  scalabilityMode: z.optional(shortText),
  scaleResolutionDownBy: z.optional(z.number().check(z.gte(1), z.lte(64))),
  maxBitrate: z.optional(uint32),
  active: z.optional(z.boolean()),
});

/** What a producer sends, or a consumer receives (mediasoup's RtpParameters). */
export const RtpParameters = z.object({
  mid: z.optional(z.string().check(z.regex(/^[!-~]{1,32}$/))),
  codecs: few(rtpCodec, 8),
  headerExtensions: z.optional(
    few(
      z.object({
        uri: HeaderExtensionUri,
        id: z.int().check(z.gte(1), z.lte(255)),
        encrypt: z.optional(z.boolean()),
      }),
      24,
    ),
  ),
  encodings: z.optional(few(rtpEncoding, 4)),
  rtcp: z.optional(
    z.object({
      cname: z.optional(shortText),
      reducedSize: z.optional(z.boolean()),
      mux: z.optional(z.boolean()),
    }),
  ),
});
export type RtpParameters = z.infer<typeof RtpParameters>;

/** What a router or a browser can receive (mediasoup's RtpCapabilities). */
export const RtpCapabilities = z.object({
  codecs: few(
    z.object({
      kind: MediaKind,
      mimeType,
      preferredPayloadType: payloadType,
      clockRate: uint32,
      channels: z.optional(z.int().check(z.gte(1), z.lte(8))),
      parameters: z.optional(fmtp),
      rtcpFeedback: z.optional(few(rtcpFeedback, 16)),
    }),
    64,
  ),
  headerExtensions: few(
    z.object({
      kind: MediaKind,
      uri: HeaderExtensionUri,
      preferredId: z.int().check(z.gte(1), z.lte(255)),
      preferredEncrypt: z.optional(z.boolean()),
      direction: z.optional(z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive'])),
    }),
    64,
  ),
});
export type RtpCapabilities = z.infer<typeof RtpCapabilities>;

export const DtlsParameters = z.object({
  role: z.optional(z.enum(['auto', 'client', 'server'])),
  fingerprints: few(
    z.object({
      algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
      value: z.string().check(z.regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){19,63}$/)),
    }),
    8,
  ).check(z.minLength(1)),
});
export type DtlsParameters = z.infer<typeof DtlsParameters>;

export const IceParameters = z.object({
  usernameFragment: longText,
  password: longText,
  iceLite: z.optional(z.boolean()),
});

export const IceCandidate = z.object({
  foundation: shortText,
  priority: uint32,
  ip: shortText,
  address: shortText,
  protocol: z.enum(['udp', 'tcp']),
  port: z.int().check(z.gte(0), z.lte(65_535)),
  type: z.enum(['host', 'srflx', 'prflx', 'relay']),
  tcpType: z.optional(z.enum(['active', 'passive', 'so'])),
});

/** What a client needs to build its end of a transport. */
export const TransportDescription = z.object({
  id: shortText,
  iceParameters: IceParameters,
  iceCandidates: few(IceCandidate, 128),
  dtlsParameters: DtlsParameters,
});
export type TransportDescription = z.infer<typeof TransportDescription>;

/** RTCIceServer (W3C WebRTC §4.2.4), always with a list of URLs. */
export const IceServer = z.object({
  urls: few(longText, 8),
  username: z.optional(longText),
  credential: z.optional(longText),
});
export type IceServer = z.infer<typeof IceServer>;

/** `expiresInSeconds`: of their credentials; null where there are none. */
export const IceServers = z.object({
  iceServers: few(IceServer, 16),
  expiresInSeconds: z.nullable(z.int().check(z.gte(1))),
});
export type IceServers = z.infer<typeof IceServers>;
