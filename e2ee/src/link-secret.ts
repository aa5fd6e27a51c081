// The secret in the meeting link's fragment (SPEC G1–G3) and the three keys that come from it. The
// page makes or parses it, the server sees the hash of one key alone, the others stay in workers.
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { GroupError } from './group-errors.ts';
import {
  type Bytes,
  type RandomBytes,
  fromBase64url,
  ownBytes,
  randomBytes,
  toBase64url,
  utf8,
} from './group-bytes.ts';

const SECRET_BYTES = 32;
/** 32 bytes in base64url without padding. */
export const LINK_SECRET_CHARACTERS = 43;

export function makeLinkSecret(random: RandomBytes = randomBytes): string {
  return toBase64url(random(SECRET_BYTES));
}

/** What stands behind `#`, or undefined: the page then asks for the meeting key. */
export function parseLinkSecret(text: string): string | undefined {
  if (text.length !== LINK_SECRET_CHARACTERS) return undefined;
  return fromBase64url(text)?.length === SECRET_BYTES ? text : undefined;
}

function secretBytes(secret: string): Bytes {
  const bytes = parseLinkSecret(secret) === undefined ? undefined : fromBase64url(secret);
  if (bytes === undefined) throw new GroupError('bad-link', 'not a link secret');
  return bytes;
}

// RFC 5869 with SHA-256; 32 bytes out.
const derive = (secret: string, salt: Uint8Array, info: string): Bytes =>
  ownBytes(hkdf(sha256, secretBytes(secret), salt, utf8(info), 32));

/** K_join: opens the room at the server, which knows its hash from the room id. 32 bytes. */
export const deriveJoinKey = (secret: string): Bytes =>
  derive(secret, new Uint8Array(), 'sotto 1 join');

/** K_env: closes the envelopes that travel through the server. 32 bytes. */
export const deriveEnvelopeKey = (secret: string, roomId: string): Bytes =>
  derive(secret, utf8(roomId), 'sotto 1 env');

/** K_psk: the pre-shared key of every Add (RFC 9420 §8.4). 32 bytes. */
export const derivePreSharedKey = (secret: string, roomId: string): Bytes =>
  derive(secret, utf8(roomId), 'sotto 1 psk');

/** What `POST /api/rooms` takes: base64url(SHA-256(K_join)). */
export const joinHash = (joinKey: Uint8Array): string => toBase64url(sha256(joinKey));
