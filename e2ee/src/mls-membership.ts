// What one member holds of a group: the library's state and what we keep beside it. Immutable; every
// function of the mls-* files takes one and gives the next, or throws and changes nothing.
import type { ClientState } from 'ts-mls';
import { mlsExporter } from 'ts-mls/keySchedule.js';
import { allSecretTreeValues } from 'ts-mls/secretTree.js';
import type { CiphersuiteImpl } from 'ts-mls';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Bytes, concat, fromBase64url, ownBytes, toBase64url, utf8 } from './group-bytes.ts';
import type { GroupPoint } from './group-id.ts';
import type { Member } from './mls-leaf.ts';
import { prunePath } from './mls-private-path.ts';
import { readRoster } from './mls-tree.ts';

export type Membership = {
  readonly state: ClientState;
  /** References of all key packages that this member saw added to this group (SPEC G13). */
  readonly seenRefs: ReadonlySet<string>;
  /** Highest sequence number of an application message, by signature key (SPEC G19). */
  readonly lastSeq: ReadonlyMap<string, number>;
};

/** What an epoch gives the rest of the client. */
export type EpochFacts = GroupPoint & {
  readonly leaf: number;
  readonly roster: readonly Member[];
  /** SFrame's base key, 16 bytes: wiped by whoever imports it. */
  readonly baseKey: Bytes;
  /** First 8 bytes of SHA-256("sotto ready" | epoch_authenticator), base64url. */
  readonly tag: string;
};

export const pointOf = ({ state }: Membership): GroupPoint => ({
  groupId: toBase64url(state.groupContext.groupId),
  epoch: Number(state.groupContext.epoch),
});

export const readyTag = (epochAuthenticator: Uint8Array): string =>
  toBase64url(sha256(concat(utf8('sotto ready'), epochAuthenticator)).subarray(0, 8));

/**
 * What a commit says of the epoch that it begins (SPEC G22): everybody may see it, and only who has the
 * epoch's keys knows the tag that it is the hash of.
 */
export const tagHash = (tag: string): string =>
  toBase64url(sha256(fromBase64url(tag) ?? utf8(tag)).subarray(0, 8));

/** RFC 9420 §8.5's exporter under RFC 9605 §5.2's label. */
export async function readEpoch(
  membership: Membership,
  suite: CiphersuiteImpl,
): Promise<EpochFacts> {
  const { state } = membership;
  const { exporterSecret, epochAuthenticator } = state.keySchedule;
  const label = 'SFrame 1.0 Base Key';
  const baseKey = await mlsExporter(exporterSecret, label, new Uint8Array(), 16, suite);
  return {
    ...pointOf(membership),
    leaf: state.privatePath.leafIndex,
    roster: readRoster(state.ratchetTree),
    baseKey: ownBytes(baseKey),
    tag: readyTag(epochAuthenticator),
  };
}

/** A state as it is kept: without private keys of nodes that are gone (RFC 9420 §16.6: delete early). */
export const keepState = (state: ClientState): ClientState => ({
  ...state,
  privatePath: { ...prunePath(state.ratchetTree, state.privatePath) },
});

/** What an ended epoch leaves behind that nothing of the next one uses: overwritten. */
export function wipeEnded(ended: Membership, next: Membership): void {
  const { initSecret, exporterSecret, externalSecret, confirmationKey } = ended.state.keySchedule;
  const { membershipKey, epochAuthenticator } = ended.state.keySchedule;
  const kept = new Set(Object.values(next.state.privatePath.privateKeys));
  const old = Object.values(ended.state.privatePath.privateKeys).filter((key) => !kept.has(key));
  const secrets = [initSecret, exporterSecret, externalSecret, confirmationKey, membershipKey];
  for (const secret of [...secrets, epochAuthenticator, ...old]) secret.fill(0);
}

/** A commit that came to nothing: the epoch that it would have begun. */
export function wipeUnused({ state }: Membership): void {
  for (const secret of Object.values(state.keySchedule)) secret.fill(0);
  for (const secret of allSecretTreeValues(state.secretTree)) secret?.fill(0);
}
