// The shapes of RTP, ICE and DTLS parameters as they pass between signaling and a media node. Both ends
// are ours and know each other: what a browser made of them is checked for meaning beside each call
// (check-produce.ts, check-receive.ts).
import type { types } from 'mediasoup';
import * as z from 'zod/mini';

const HEADER_EXTENSION_URIS = [
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
  'urn:3gpp:video-orientation',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
  'urn:ietf:params:rtp-hdrext:toffset',
  'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay',
  'urn:mediasoup:params:rtp-hdrext:packet-id',
] as const satisfies readonly types.RtpHeaderExtensionUri[];

export const Kind = z.enum(['audio', 'video']);
const headerExtensionUri = z.enum(HEADER_EXTENSION_URIS);
const parameters = z.optional(z.record(z.string(), z.unknown()));

const rtcpFeedback = z.optional(
  z.array(z.object({ type: z.string(), parameter: z.optional(z.string()) })),
);

export const RtpParameters = z.object({
  mid: z.optional(z.string()),
  codecs: z.array(
    z.object({
      mimeType: z.string(),
      payloadType: z.number(),
      clockRate: z.number(),
      channels: z.optional(z.number()),
      parameters,
      rtcpFeedback,
    }),
  ),
  headerExtensions: z.optional(
    z.array(
      z.object({
        uri: headerExtensionUri,
        id: z.number(),
        encrypt: z.optional(z.boolean()),
        parameters,
      }),
    ),
  ),
  encodings: z.optional(
    z.array(
      z.object({
        ssrc: z.optional(z.number()),
        rid: z.optional(z.string()),
        codecPayloadType: z.optional(z.number()),
        rtx: z.optional(z.object({ ssrc: z.number() })),
        dtx: z.optional(z.boolean()),
        scalabilityMode: z.optional(z.string()),
        maxBitrate: z.optional(z.number()),
      }),
    ),
  ),
  rtcp: z.optional(
    z.object({ cname: z.optional(z.string()), reducedSize: z.optional(z.boolean()) }),
  ),
  msid: z.optional(z.string()),
});

export const RtpCapabilities = z.object({
  codecs: z.optional(
    z.array(
      z.object({
        kind: Kind,
        mimeType: z.string(),
        preferredPayloadType: z.number(),
        clockRate: z.number(),
        channels: z.optional(z.number()),
        parameters,
        rtcpFeedback,
      }),
    ),
  ),
  headerExtensions: z.optional(
    z.array(
      z.object({
        kind: Kind,
        uri: headerExtensionUri,
        preferredId: z.number(),
        preferredEncrypt: z.optional(z.boolean()),
        direction: z.optional(z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive'])),
      }),
    ),
  ),
});

export const DtlsParameters = z.object({
  role: z.optional(z.enum(['auto', 'client', 'server'])),
  fingerprints: z.array(
    z.object({
      algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
      value: z.string(),
    }),
  ),
});

export const IceParameters = z.object({
  usernameFragment: z.string(),
  password: z.string(),
  iceLite: z.optional(z.boolean()),
});

export const IceCandidate = z.object({
  foundation: z.string(),
  priority: z.number(),
  ip: z.string(),
  address: z.string(),
  protocol: z.enum(['udp', 'tcp']),
  port: z.number(),
  type: z.literal('host'),
  tcpType: z.optional(z.literal('passive')),
});
