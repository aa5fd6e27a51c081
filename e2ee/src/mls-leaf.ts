// What a member's leaf must be (SPEC G8, G14), asked of key packages, of every leaf in a welcome's
// tree and of the leaf in a commit's path alike, so that no member accepts what another refuses.
import type { Capabilities, LeafNode } from 'ts-mls';
import { readName } from './display-name.ts';
import { toBase64url } from './group-bytes.ts';
import { isUsableHpkeKey, isUsableSignatureKey } from './mls-keys.ts';
import { CAPABILITIES } from './mls-suite.ts';

/** One member as the group knows it: the roster on screen is made of these. */
export type Member = {
  readonly leaf: number;
  readonly peerId: string;
  readonly name: string;
  /** base64url; what a compared safety code pins. */
  readonly signatureKey: string;
};

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const MAX_PEER_ID_BYTES = 64;

const sameList = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

const areOurs = (capabilities: Capabilities): boolean =>
  sameList(capabilities.versions, CAPABILITIES.versions) &&
  sameList(capabilities.ciphersuites, CAPABILITIES.ciphersuites) &&
  sameList(capabilities.extensions, CAPABILITIES.extensions) &&
  sameList(capabilities.proposals, CAPABILITIES.proposals) &&
  sameList(capabilities.credentials, CAPABILITIES.credentials);

function readPeerId({ credential }: LeafNode): string | undefined {
  if (credential.credentialType !== 'basic') return undefined;
  if (credential.identity.length === 0 || credential.identity.length > MAX_PEER_ID_BYTES) {
    return undefined;
  }
  try {
    return decoder.decode(credential.identity);
  } catch {
    return undefined;
  }
}

/** The member that a leaf makes, which somebody let in before: not judged again. */
export function readMember(leaf: LeafNode, index: number): Member | undefined {
  const peerId = readPeerId(leaf);
  const name = readName(leaf.extensions);
  if (peerId === undefined || name === undefined) return undefined;
  return { leaf: index, peerId, name, signatureKey: toBase64url(leaf.signaturePublicKey) };
}

/** The member that a new leaf would make, or undefined if a group of ours may have none such. */
export function judgeLeaf(leaf: LeafNode, index: number): Member | undefined {
  if (!areOurs(leaf.capabilities)) return undefined;
  if (!isUsableHpkeKey(leaf.hpkePublicKey)) return undefined;
  if (!isUsableSignatureKey(leaf.signaturePublicKey)) return undefined;
  return readMember(leaf, index);
}
