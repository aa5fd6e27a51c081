// What rooms speak: one codec for each kind. Routers are made from this table, and signaling
// offers its capabilities to pages without waiting for a router.
import { generateRouterRtpCapabilities } from 'mediasoup/ortc';
import type { types } from 'mediasoup';

/**
 * Opus and VP8 are what every browser sends and receives (RFC 7874 §3, RFC 7742 §5), and VP8's
 * payload descriptor is all that forwarding by layer needs, so it works on encrypted frames.
 * Payload types are fixed: every router has the same, whatever worker or host it is on.
 */
export const MEDIA_CODECS: readonly types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    preferredPayloadType: 100,
    clockRate: 48_000,
    // RFC 7587 §4.1: always announced with two channels; speech is sent in mono all the same.
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', preferredPayloadType: 101, clockRate: 90_000 },
];

/** A copy: mediasoup completes the tables that it is given in place. */
export const mediaCodecs = (): types.RouterRtpCodecCapability[] =>
  structuredClone([...MEDIA_CODECS]);

export const ROUTER_RTP_CAPABILITIES: types.RtpCapabilities =
  generateRouterRtpCapabilities(mediaCodecs());

export const isRtx = (codec: { readonly mimeType: string }): boolean =>
  codec.mimeType.toLowerCase().endsWith('/rtx');

export const sameName = (a: { readonly mimeType: string }, b: { readonly mimeType: string }) =>
  a.mimeType.toLowerCase() === b.mimeType.toLowerCase();

/** The table's codecs of one kind as a router has them: the codec and its retransmission. */
export const routerCodecs = (kind: types.MediaKind): readonly types.RtpCodecCapability[] =>
  (ROUTER_RTP_CAPABILITIES.codecs ?? []).filter((codec) => codec.kind === kind);

export const routerHeaderExtensions = (
  kind: types.MediaKind,
): readonly types.RtpHeaderExtension[] =>
  (ROUTER_RTP_CAPABILITIES.headerExtensions ?? []).filter((extension) => extension.kind === kind);
