// From an epoch's base key to the key and salt of one KID (RFC 9605 §4.4.2), by HKDF in WebCrypto.
// The base key may be a non-extractable CryptoKey, so that its bytes never reach the frame worker.
import type { Bytes, WebCryptoKey } from './web-types.ts';
import { FrameError } from './errors.ts';
import { isU64 } from './u64.ts';

/** RFC 9605 §4.5, table 1: the suites with a 16-byte tag that WebCrypto has. Calls use suite 4. */
export const SUITES = {
  4: { hash: 'SHA-256', keyBytes: 16 },
  5: { hash: 'SHA-512', keyBytes: 32 },
} as const;

export type FrameSuite = keyof typeof SUITES;

/** Nn of both suites (RFC 9605 §4.5). */
export const NONCE_BYTES = 12;
/** Nt of both suites. */
export const TAG_BYTES = 16;

/** What seals and opens the frames of one KID. */
export interface FrameKeys {
  readonly suite: FrameSuite;
  readonly kid: bigint;
  /** AES-GCM, not extractable. */
  readonly key: WebCryptoKey;
  readonly salt: Bytes;
}

const KEY_LABEL = 'SFrame 1.0 Secret key ';
const SALT_LABEL = 'SFrame 1.0 Secret salt ';

/** RFC 9605 §4.4.2: label | KID (8 bytes) | cipher suite (2 bytes). */
const info = (label: string, kid: bigint, suite: FrameSuite): Bytes => {
  const text = new TextEncoder().encode(label);
  const out = new Uint8Array(text.length + 10);
  out.set(text);
  const view = new DataView(out.buffer);
  view.setBigUint64(text.length, kid);
  view.setUint16(text.length + 8, suite);
  return out;
};

/** HKDF-Extract with an empty salt, then HKDF-Expand: WebCrypto's HKDF is both (RFC 5869). */
const hkdf = (label: string, kid: bigint, suite: FrameSuite) => ({
  name: 'HKDF',
  hash: SUITES[suite].hash,
  salt: new Uint8Array(0),
  info: info(label, kid, suite),
});

/** The handle that crosses to the frame worker; the bytes can be wiped after it. */
export const importBaseKey = (baseKey: Uint8Array): Promise<WebCryptoKey> =>
  crypto.subtle.importKey('raw', Uint8Array.from(baseKey), 'HKDF', false, [
    'deriveKey',
    'deriveBits',
  ]);

export const deriveFrameKeysFrom = async (
  baseKey: WebCryptoKey,
  kid: bigint,
  suite: FrameSuite,
): Promise<FrameKeys> => {
  if (!isU64(kid)) {
    throw new FrameError('bad-argument', 'a KID is an unsigned 64-bit number');
  }
  const [key, salt] = await Promise.all([
    crypto.subtle.deriveKey(
      hkdf(KEY_LABEL, kid, suite),
      baseKey,
      { name: 'AES-GCM', length: SUITES[suite].keyBytes * 8 },
      false,
      ['encrypt', 'decrypt'],
    ),
    crypto.subtle.deriveBits(hkdf(SALT_LABEL, kid, suite), baseKey, NONCE_BYTES * 8),
  ]);
  return { suite, kid, key, salt: new Uint8Array(salt) };
};

/** The key and salt of `kid`, from the bytes of an epoch's base key. */
export const deriveFrameKeys = async (
  baseKey: Uint8Array,
  kid: bigint,
  suite: FrameSuite,
): Promise<FrameKeys> => deriveFrameKeysFrom(await importBaseKey(baseKey), kid, suite);
