// Key packages (RFC 9420 §10): making one's own and judging those of others (SPEC G14). A hostile one
// is refused by itself and never stands in the way of the next.
import {
  type CiphersuiteImpl,
  type KeyPackage,
  type PrivateKeyPackage,
  encodeMlsMessage,
  generateKeyPackageWithKey,
} from 'ts-mls';
import { makeKeyPackageRef, verifyKeyPackage } from 'ts-mls/keyPackage.js';
import { verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js';
import { nameExtension } from './display-name.ts';
import { type Bytes, ownBytes, sameBytes, toBase64url, utf8 } from './group-bytes.ts';
import { GroupError, refuseAs } from './group-errors.ts';
import { isUsableHpkeKey } from './mls-keys.ts';
import { type Member, judgeLeaf } from './mls-leaf.ts';
import { CAPABILITIES, SUITE, decodeMessage } from './mls-suite.ts';

const DAY_S = 86_400n;

export type SignatureKeys = { readonly signKey: Uint8Array; readonly publicKey: Uint8Array };

export type OwnKeyPackage = {
  readonly publicPackage: KeyPackage;
  readonly privatePackage: PrivateKeyPackage;
  readonly ref: string;
  readonly bytes: Bytes;
};

export type Identity = {
  readonly peerId: string;
  readonly name: string;
  /** One pair for the tab's life: a rejoin is then the same person to whoever compared codes. */
  readonly signatureKeys: SignatureKeys;
};

export const keyPackageRef = async (
  keyPackage: KeyPackage,
  suite: CiphersuiteImpl,
): Promise<string> => toBase64url(await makeKeyPackageRef(keyPackage, suite.hash));

export async function makeKeyPackage(
  identity: Identity,
  nowMs: number,
  suite: CiphersuiteImpl,
): Promise<OwnKeyPackage> {
  const nowS = BigInt(Math.floor(nowMs / 1000));
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    { credentialType: 'basic', identity: utf8(identity.peerId) },
    CAPABILITIES,
    { notBefore: nowS - DAY_S, notAfter: nowS + DAY_S },
    [],
    { ...identity.signatureKeys },
    suite,
    [nameExtension(identity.name)],
  );
  const bytes = encodeMlsMessage({
    version: 'mls10',
    wireformat: 'mls_key_package',
    keyPackage: publicPackage,
  });
  const ref = await keyPackageRef(publicPackage, suite);
  return { publicPackage, privatePackage, ref, bytes: ownBytes(bytes) };
}

const refuse = (why: string) => new GroupError('bad-key-package', why);

/** What everybody asks of an Add: deterministic, no clock (SPEC G14). Gives the member it would be. */
export async function checkKeyPackage(
  keyPackage: KeyPackage,
  suite: CiphersuiteImpl,
): Promise<Member> {
  const { leafNode } = keyPackage;
  if (keyPackage.version !== 'mls10') throw refuse('another version');
  if (keyPackage.cipherSuite !== SUITE) throw refuse('another suite');
  if (keyPackage.extensions.length > 0) throw refuse('extensions of the package');
  const member = judgeLeaf(leafNode, 0);
  if (member === undefined) throw refuse('not a leaf of ours');
  if (!isUsableHpkeKey(keyPackage.initKey)) throw refuse('an init key of no use');
  if (sameBytes(keyPackage.initKey, leafNode.hpkePublicKey)) throw refuse('one key for two uses');
  const signed = await refuseAs('bad-key-package', () =>
    Promise.all([
      verifyLeafNodeSignatureKeyPackage(leafNode, suite.signature),
      verifyKeyPackage(keyPackage, suite.signature),
    ]),
  );
  if (!signed.every(Boolean)) throw refuse('a wrong signature');
  return member;
}

/** What committers ask besides: whose it is, and that it is of today. */
export async function readKeyPackage(
  bytes: Uint8Array,
  peerId: string,
  nowMs: number,
  suite: CiphersuiteImpl,
): Promise<KeyPackage> {
  const { keyPackage } = decodeMessage(bytes, 'mls_key_package', 'bad-key-package');
  const member = await checkKeyPackage(keyPackage, suite);
  if (member.peerId !== peerId) throw refuse('in another’s name');
  const { notBefore, notAfter } = keyPackage.leafNode.lifetime;
  const nowS = BigInt(Math.floor(nowMs / 1000));
  if (notBefore > nowS || notAfter < nowS || notAfter - notBefore > 2n * DAY_S) {
    throw refuse('not of today');
  }
  return keyPackage;
}
