// The one suite, the one set of capabilities and the one pre-shared key that groups here have
// (SPEC G8), as ts-mls wants them.
import {
  type Capabilities,
  type CiphersuiteImpl,
  type ClientConfig,
  type MLSMessage,
  type Proposal,
  type PskIndex,
  decodeMlsMessage,
} from 'ts-mls';
import { defaultClientConfig } from 'ts-mls/clientConfig.js';
import { NAME_EXTENSION } from './display-name.ts';
import { randomBytes, sameBytes, utf8 } from './group-bytes.ts';
import { type GroupErrorCode, GroupError } from './group-errors.ts';
import { loadCrypto } from './mls-crypto.ts';

export const SUITE = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519';

/** Frames carry the leaf in one byte. */
export const MAX_LEAF = 255;
/** MLS allows a sender to run 200 messages ahead of a receiver; the margin is for what got lost. */
export const MAX_GENERATION_GAP = 200;
/** As many old epochs as frames keep; time cuts them shorter (SPEC G20). */
export const MAX_EPOCHS_KEPT = 16;

export const CAPABILITIES: Capabilities = {
  versions: ['mls10'],
  ciphersuites: [SUITE],
  extensions: [NAME_EXTENSION],
  proposals: [],
  credentials: ['basic'],
};

export const CLIENT_CONFIG: ClientConfig = {
  ...defaultClientConfig,
  keyRetentionConfig: {
    // Sequence numbers rise strictly (SPEC G19): the key of a skipped message is never wanted.
    retainKeysForGenerations: 0,
    retainKeysForEpochs: MAX_EPOCHS_KEPT,
    maximumForwardRatchetSteps: MAX_GENERATION_GAP,
  },
};

export const loadSuite = async (): Promise<CiphersuiteImpl> => ({
  ...(await loadCrypto()),
  name: SUITE,
});

const PSK_ID = utf8('sotto link v1');
const PSK_NONCE_BYTES = 32;

export const pskProposal = (): Proposal => ({
  proposalType: 'psk',
  psk: {
    preSharedKeyId: {
      psktype: 'external',
      pskId: PSK_ID,
      pskNonce: randomBytes(PSK_NONCE_BYTES),
    },
  },
});

type PskId = Parameters<PskIndex['findPsk']>[0];

export const isLinkPsk = (id: PskId): boolean =>
  id.psktype === 'external' &&
  sameBytes(id.pskId, PSK_ID) &&
  id.pskNonce.length === PSK_NONCE_BYTES;

/** Finds the link's key and nothing else: no resumption secrets (RFC 9420 §8.4). */
export const pskIndex = (psk: Uint8Array): PskIndex => ({
  findPsk: (id) => (isLinkPsk(id) ? psk : undefined),
});

/** One whole MLS message of the wanted kind, nothing behind it. */
export function decodeMessage<W extends MLSMessage['wireformat']>(
  bytes: Uint8Array,
  wireformat: W,
  code: GroupErrorCode,
): Extract<MLSMessage, { wireformat: W }> {
  const isWanted = (
    message: MLSMessage | undefined,
  ): message is Extract<MLSMessage, { wireformat: W }> => message?.wireformat === wireformat;
  try {
    const [message, end] = decodeMlsMessage(bytes, 0) ?? [];
    if (isWanted(message) && end === bytes.length) return message;
  } catch (cause) {
    throw new GroupError(code, 'not an MLS message', { cause });
  }
  throw new GroupError(code, `not a whole ${wireformat}`);
}
