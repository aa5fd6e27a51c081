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
  const codecs = (copy.codecs ?? []).filter((codec) =>
    routerCodecs(codec.kind).some((known) => sameName(known, codec)),
  );
  if (codecs.every(isRtx)) throw badParameters('no codec that is spoken here can be received');
  const headerExtensions = (copy.headerExtensions ?? []).filter(({ kind, uri }) =>
    routerHeaderExtensions(kind).some((known) => known.uri === uri),
  );
  return { codecs, headerExtensions };
};

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
