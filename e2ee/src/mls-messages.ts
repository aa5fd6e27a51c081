// Application messages (RFC 9420 §6.3, §15): `kind(1) | seq(u32) | body`, from a leaf that we read and
// check ourselves, because the library does not say who sent what (SPEC G18–G21).
import {
  type CiphersuiteImpl,
  type PrivateMessage,
  createApplicationMessage,
  emptyPskIndex,
  encodeMlsMessage,
  processPrivateMessage,
} from 'ts-mls';
import { decryptSenderData } from 'ts-mls/privateMessage.js';
import { type Bytes, concat, ownBytes, readU32, sameBytes, u32 } from './group-bytes.ts';
import { GroupError, refuseAs } from './group-errors.ts';
import { type Member, readMember } from './mls-leaf.ts';
import type { Membership } from './mls-membership.ts';
import { MAX_GENERATION_GAP, decodeMessage } from './mls-suite.ts';
import { readRoster } from './mls-tree.ts';

const HEADER_BYTES = 5;

export type AppMessage = {
  readonly sender: Member;
  readonly kind: number;
  readonly seq: number;
  readonly body: Bytes;
};

/** How many application messages one has sent in this epoch. */
function sentInEpoch({ state }: Membership): number {
  return state.secretTree[state.privatePath.leafIndex * 2]?.application.generation ?? 0;
}

export async function sealMessage(
  membership: Membership,
  message: { readonly kind: number; readonly seq: number; readonly body: Uint8Array },
  suite: CiphersuiteImpl,
): Promise<{ readonly next: Membership; readonly bytes: Bytes; readonly sent: number }> {
  if (sentInEpoch(membership) >= MAX_GENERATION_GAP) {
    throw new GroupError('commit-now', 'receivers would lose track: commit first');
  }
  const plaintext = concat(Uint8Array.of(message.kind), u32(message.seq), message.body);
  const { newState, privateMessage } = await refuseAs('bad-message', () =>
    createApplicationMessage(membership.state, plaintext, suite),
  );
  const bytes = encodeMlsMessage({
    version: 'mls10',
    wireformat: 'mls_private_message',
    privateMessage,
  });
  const next = { ...membership, state: newState };
  return { next, bytes: ownBytes(bytes), sent: sentInEpoch(next) };
}

const refuse = (why: string) => new GroupError('bad-message', why);

/** The secrets of the message's epoch, if one has them still. */
function secretsOf({ state }: Membership, message: PrivateMessage) {
  const { epoch, groupId } = state.groupContext;
  if (!sameBytes(message.groupId, groupId)) throw new GroupError('unknown-epoch', 'another group');
  if (message.epoch > epoch) throw new GroupError('future-epoch', 'not there yet');
  if (message.epoch === epoch) {
    return { senderDataSecret: state.keySchedule.senderDataSecret, tree: state.ratchetTree };
  }
  const old = state.historicalReceiverData.get(message.epoch);
  if (old === undefined) throw new GroupError('unknown-epoch', 'never had, or wiped');
  return { senderDataSecret: old.senderDataSecret, tree: old.ratchetTree };
}

export const openMessage = (
  membership: Membership,
  bytes: Uint8Array,
  suite: CiphersuiteImpl,
): Promise<{ readonly next: Membership; readonly message: AppMessage }> =>
  refuseAs('bad-message', async () => {
    const { state, lastSeq } = membership;
    const sealed = decodeMessage(bytes, 'mls_private_message', 'bad-message').privateMessage;
    if (sealed.contentType !== 'application') throw refuse(`a ${sealed.contentType}`);
    if (sealed.authenticatedData.length > 0) throw refuse('authenticated data');
    const { senderDataSecret, tree } = secretsOf(membership, sealed);
    const senderData = await decryptSenderData(sealed, senderDataSecret, suite);
    if (senderData === undefined) throw refuse('no sender');
    const { leafIndex } = senderData;
    const node = tree[leafIndex * 2];
    // Whoever changed the epoch's tree since has a leaf of its own there: see the roster check.
    const sender = node?.nodeType === 'leaf' ? readMember(node.leaf, leafIndex) : undefined;
    if (sender === undefined) throw refuse('from nobody');
    const isHere = readRoster(state.ratchetTree).some(
      ({ signatureKey, peerId }) =>
        signatureKey === sender.signatureKey && peerId === sender.peerId,
    );
    if (!isHere) throw refuse('from somebody who left');

    // Decrypts with that leaf's ratchet and checks the signature against that leaf (§6.1).
    const result = await processPrivateMessage(state, sealed, emptyPskIndex, suite);
    if (result.kind !== 'applicationMessage') throw refuse('not an application message');
    if (result.message.length < HEADER_BYTES) throw refuse('too short');
    const seq = readU32(result.message, 1);
    if (seq <= (lastSeq.get(sender.signatureKey) ?? -1)) {
      throw new GroupError('replayed', 'a sequence number that does not rise');
    }
    const message = {
      sender,
      kind: result.message[0] ?? 0,
      seq,
      body: ownBytes(result.message.subarray(HEADER_BYTES)),
    };
    const next = { ...membership, state: result.newState };
    return {
      next: { ...next, lastSeq: new Map([...lastSeq, [sender.signatureKey, seq]]) },
      message,
    };
  });

/** Forgets an ended epoch: its late messages are dropped from then on (SPEC G20). */
export function forgetEpoch(membership: Membership, epoch: number): Membership {
  const { state } = membership;
  const historicalReceiverData = new Map(state.historicalReceiverData);
  historicalReceiverData.delete(BigInt(epoch));
  return { ...membership, state: { ...state, historicalReceiverData } };
}
