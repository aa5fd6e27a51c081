// One frame sealed and opened (RFC 9605 §4.4): AES-GCM with the counter in the nonce, and header and
// metadata as associated data. Knows nothing of streams, replay or who may send.
import type { Bytes } from './web-types.ts';
import { FrameError } from './errors.ts';
import { decodeFrameHeader, encodeFrameHeader } from './frame-header.ts';
import { type FrameKeys, TAG_BYTES } from './key-schedule.ts';
import { byteOf, halvesOf } from './u64.ts';

/** RFC 9605 §4.4.3: the salt, its last eight bytes xor the counter. */
const nonceOf = (salt: Bytes, counter: bigint): Bytes => {
  const nonce = salt.slice();
  const halves = halvesOf(counter);
  for (let index = 0; index < 8; index += 1) {
    const at = nonce.length - 1 - index;
    nonce[at] = (nonce[at] ?? 0) ^ byteOf(halves, index);
  }
  return nonce;
};

/** RFC 9605 §4.4.3: header, then metadata. */
const associatedData = (header: Uint8Array, metadata: Uint8Array): Bytes => {
  const out = new Uint8Array(header.length + metadata.length);
  out.set(header);
  out.set(metadata, header.length);
  return out;
};

const parameters = (
  keys: FrameKeys,
  counter: bigint,
  header: Uint8Array,
  metadata: Uint8Array,
) => ({
  name: 'AES-GCM',
  iv: nonceOf(keys.salt, counter),
  additionalData: associatedData(header, metadata),
  tagLength: TAG_BYTES * 8,
});

const requireKid = (keys: FrameKeys, kid: bigint): void => {
  if (keys.kid !== kid) throw new FrameError('wrong-key', 'the keys are those of another KID');
};

/** What stands before the header on the wire, and is copied there as it is. */
const NO_PREFIX = new Uint8Array(0);

/**
 * prefix | header | ciphertext | tag. The caller sees to it that no counter is used twice with one
 * key, and that the metadata covers the prefix.
 */
export const sealFrameAfter = async (
  prefix: Uint8Array,
  keys: FrameKeys,
  kid: bigint,
  counter: bigint,
  metadata: Uint8Array,
  plaintext: Bytes,
): Promise<Bytes> => {
  requireKid(keys, kid);
  const header = encodeFrameHeader(kid, counter);
  const sealed = await crypto.subtle.encrypt(
    parameters(keys, counter, header, metadata),
    keys.key,
    plaintext,
  );
  const start = prefix.length + header.length;
  const out = new Uint8Array(start + sealed.byteLength);
  out.set(prefix);
  out.set(header, prefix.length);
  out.set(new Uint8Array(sealed), start);
  return out;
};

/** header | ciphertext | tag. Throws FrameError `bad-argument` or `wrong-key`. */
export const sealFrame = (
  keys: FrameKeys,
  kid: bigint,
  counter: bigint,
  metadata: Uint8Array,
  plaintext: Bytes,
): Promise<Bytes> => sealFrameAfter(NO_PREFIX, keys, kid, counter, metadata, plaintext);

/** Opens what follows a header that was decoded before. Throws FrameError `not-authentic`. */
export const openSealed = async (
  keys: FrameKeys,
  counter: bigint,
  header: Uint8Array,
  metadata: Uint8Array,
  sealed: Bytes,
): Promise<Bytes> => {
  if (sealed.length < TAG_BYTES) throw new FrameError('too-short', 'there is no tag');
  try {
    const opened = await crypto.subtle.decrypt(
      parameters(keys, counter, header, metadata),
      keys.key,
      sealed,
    );
    return new Uint8Array(opened);
  } catch (error) {
    throw new FrameError('not-authentic', 'the frame does not open', { cause: error });
  }
};

/**
 * The plaintext of header | ciphertext | tag. Throws FrameError `too-short`, `malformed`,
 * `wrong-key` or `not-authentic`.
 */
export const openFrame = async (
  keys: FrameKeys,
  metadata: Uint8Array,
  frame: Bytes,
): Promise<Bytes> => {
  const { kid, counter, length } = decodeFrameHeader(frame);
  requireKid(keys, kid);
  return openSealed(keys, counter, frame.subarray(0, length), metadata, frame.subarray(length));
};
