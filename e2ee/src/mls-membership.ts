// What one member holds of a group: the library's state and what we keep beside it. Immutable; every
// function of the mls-* files takes one and gives the next, or throws and changes nothing.
import type { ClientState } from 'ts-mls';
import { mlsExporter } from 'ts-mls/keySchedule.js';
import type { CiphersuiteImpl } from 'ts-mls';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Bytes, concat, ownBytes, toBase64url, utf8 } from './group-bytes.ts';
import type { GroupPoint } from './group-id.ts';
import type { Member } from './mls-leaf.ts';
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
