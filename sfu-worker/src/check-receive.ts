// What a peer's browser can receive, and the certificate that it will show in DTLS.
import { validateAndNormalizeRtpCapabilities } from 'mediasoup/ortc';
import type { types } from 'mediasoup';
import { isRtx, routerCodecs, routerHeaderExtensions, sameName } from './codecs.ts';
import { badParameters, messageOf } from './media-errors.ts';

/**
 * A normalized copy, less what no router here would ever send.
 * Throws `bad-parameters` when they are malformed or have no codec in common with us.
 */
export const checkCapabilities = (offered: types.RtpCapabilities): types.RtpCapabilities => {
  const copy = structuredClone(offered);
  try {
    validateAndNormalizeRtpCapabilities(copy);
  } catch (error) {
    throw badParameters(messageOf(error));
  }
  const codecs = KINDS.flatMap((kind) => receivable(kind, copy.codecs ?? []));
  if (codecs.length === 0) throw badParameters('no codec that is spoken here can be received');
  const headerExtensions = KINDS.flatMap((kind) =>
    routerHeaderExtensions(kind).flatMap(
      ({ uri }) =>
        copy.headerExtensions?.find((offer) => offer.kind === kind && offer.uri === uri) ?? [],
    ),
  );
  return { codecs, headerExtensions };
};

const KINDS = ['audio', 'video'] as const;

/** One offer for each codec of ours, and its retransmission: a router compares them for each call. */
const receivable = (
  kind: types.MediaKind,
  offered: readonly types.RtpCodecCapability[],
): readonly types.RtpCodecCapability[] =>
  routerCodecs(kind)
    .filter((known) => !isRtx(known))
    .flatMap((known) => {
      const codec = offered.find((offer) => offer.kind === kind && sameName(offer, known));
      if (codec === undefined) return [];
      const { preferredPayloadType: apt } = codec;
      const rtx = offered.find((offer) => isRtx(offer) && offer.parameters?.['apt'] === apt);
      return [withKnownFields(codec, known), ...(rtx === undefined ? [] : [forRtx(rtx, apt)])];
    });

const withKnownFields = (
  { kind, mimeType, preferredPayloadType, clockRate, channels, ...rest }: types.RtpCodecCapability,
  known: types.RtpCodecCapability,
): types.RtpCodecCapability => ({
  kind,
  mimeType,
  preferredPayloadType,
  clockRate,
  ...(channels === undefined ? {} : { channels }),
  parameters: Object.fromEntries(
    Object.keys(known.parameters ?? {}).flatMap((name) => {
      const value: unknown = rest.parameters?.[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ),
  rtcpFeedback: (known.rtcpFeedback ?? []).filter(({ type, parameter }) =>
    rest.rtcpFeedback?.some((offer) => offer.type === type && offer.parameter === parameter),
  ),
});

const forRtx = (
  { kind, mimeType, preferredPayloadType, clockRate }: types.RtpCodecCapability,
  apt: number,
): types.RtpCodecCapability => ({
  kind,
  mimeType,
  preferredPayloadType,
  clockRate,
  parameters: { apt },
  rtcpFeedback: [],
});

/** Strongest first; shorter digests are not taken (RFC 8122 §5 asks for SHA-256). */
const DIGESTS = [
  { algorithm: 'sha-512', bytes: 64 },
  { algorithm: 'sha-384', bytes: 48 },
  { algorithm: 'sha-256', bytes: 32 },
] as const;

export interface RemoteCertificate {
  /** Equal for equal sets of fingerprints, whatever their order and case. */
  readonly identity: string;
  readonly dtlsParameters: types.DtlsParameters;
}

/** Throws `bad-parameters` when there is no well-formed fingerprint of enough strength. */
export const checkDtls = ({ role, fingerprints }: types.DtlsParameters): RemoteCertificate => {
  // A worker compares with the first fingerprint that it is given, in upper case.
  const upper = fingerprints.map(({ algorithm, value }) => ({
    algorithm,
    value: value.toUpperCase(),
  }));
  const [strongest] = DIGESTS.flatMap(({ algorithm, bytes }) =>
    upper.filter(
      (fingerprint) => fingerprint.algorithm === algorithm && isDigest(fingerprint.value, bytes),
    ),
  );
  if (strongest === undefined) throw badParameters('a fingerprint of SHA-256 or more is needed');
  return {
    identity: upper
      .map(({ algorithm, value }) => `${algorithm} ${value}`)
      .sort()
      .join(),
    dtlsParameters: { role: role ?? 'auto', fingerprints: [strongest] },
  };
};

const isDigest = (value: string, bytes: number): boolean =>
  value.length === bytes * 3 - 1 && /^[0-9A-F]{2}(:[0-9A-F]{2})*$/.test(value);
