// The sealed envelope around every group message (SPEC G4, G5):
// ver(1) | type(1) | groupId(16) | epoch(u64) | nonce(12) | AES-256-GCM under K_env.
import { GroupError } from './group-errors.ts';
import {
  type Bytes,
  type RandomBytes,
  concat,
  ownBytes,
  randomBytes,
  readU64,
  toBase64url,
  u16,
  u64,
  utf8,
} from './group-bytes.ts';
import { type GroupPoint, GROUP_ID_BYTES, groupIdBytes } from './group-id.ts';

const VERSION = 1;
const TYPES = { 'key-package': 1, commit: 2, welcome: 3, app: 4 } as const;
export type EnvelopeType = keyof typeof TYPES;

const POINT_END = 2 + GROUP_ID_BYTES + 8;
const NONCE_BYTES = 12;
const HEADER_BYTES = POINT_END + NONCE_BYTES;
const TAG_BYTES = 16;

/** Who sends to whom, and where: never inside the envelope, always bound to it. */
export type EnvelopeContext = {
  readonly roomId: string;
  readonly sender: string;
  /** Empty: everybody. */
  readonly recipient: string;
};

export type OpenedEnvelope = GroupPoint & { readonly plaintext: Bytes };

/** A CryptoKey, named so that it has a type in Node and in the browser alike. */
export type EnvelopeKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

export const importEnvelopeKey = (key: Uint8Array): Promise<EnvelopeKey> =>
  crypto.subtle.importKey('raw', ownBytes(key), 'AES-GCM', false, ['encrypt', 'decrypt']);

function associatedData(header: Uint8Array, context: EnvelopeContext): Bytes {
  const texts = [context.roomId, context.sender, context.recipient].map((text) => utf8(text));
  return concat(header, ...texts.flatMap((text) => [u16(text.length), text]));
}

export async function sealEnvelope(
  key: EnvelopeKey,
  type: EnvelopeType,
  point: GroupPoint,
  context: EnvelopeContext,
  plaintext: Uint8Array,
  random: RandomBytes = randomBytes,
): Promise<Bytes> {
  const nonce = random(NONCE_BYTES);
  const clear = Uint8Array.of(VERSION, TYPES[type]);
  const header = concat(clear, groupIdBytes(point.groupId), u64(point.epoch), nonce);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: associatedData(header, context) },
    key,
    ownBytes(plaintext),
  );
  return concat(header, new Uint8Array(sealed));
}

/** Refuses another version, type or context with one and the same `bad-envelope`. */
export async function openEnvelope(
  key: EnvelopeKey,
  type: EnvelopeType,
  context: EnvelopeContext,
  envelope: Uint8Array,
): Promise<OpenedEnvelope> {
  if (envelope.length < HEADER_BYTES + TAG_BYTES) throw new GroupError('bad-envelope', 'too short');
  if (envelope[0] !== VERSION) throw new GroupError('bad-envelope', 'unknown version');
  if (envelope[1] !== TYPES[type]) throw new GroupError('bad-envelope', `not a ${type}`);
  const header = ownBytes(envelope.subarray(0, HEADER_BYTES));
  try {
    const plaintext = await crypto.subtle.decrypt(
      {
        name: 'AES-GCM',
        iv: header.slice(POINT_END),
        additionalData: associatedData(header, context),
      },
      key,
      ownBytes(envelope.subarray(HEADER_BYTES)),
    );
    return {
      groupId: toBase64url(header.subarray(2, 2 + GROUP_ID_BYTES)),
      epoch: readU64(header, 2 + GROUP_ID_BYTES),
      plaintext: new Uint8Array(plaintext),
    };
  } catch (cause) {
    throw new GroupError('bad-envelope', 'not sealed for here', { cause });
  }
}
