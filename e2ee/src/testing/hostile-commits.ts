// What a hostile member with a changed client can send: commits and messages that the library makes
// without our checks, and the library's own view of a commit for whoever is shut out.
import {
  type ClientState,
  type Proposal,
  type PskIndex,
  createCommit,
  encodeMlsMessage,
} from 'ts-mls';
import { applyProposals, nextEpochContext } from 'ts-mls/clientState.js';
import { initializeEpoch } from 'ts-mls/keySchedule.js';
import { unprotectPrivateMessage } from 'ts-mls/messageProtection.js';
import { treeHashRoot } from 'ts-mls/treeHash.js';
import { toLeafIndex } from 'ts-mls/treemath.js';
import { applyUpdatePath } from 'ts-mls/updatePath.js';
import { decodeMessage } from '../mls-suite.ts';
import { type Person, PSK, stateOf, suite } from './group-people.ts';

/** Finds every external key, whatever its id. */
const anyPsk: PskIndex = { findPsk: () => PSK };

export async function rawCommit(
  { membership }: Person,
  extraProposals: Proposal[],
  options: { readonly wireAsPublicMessage?: boolean; readonly authenticatedData?: Uint8Array } = {},
) {
  const made = await createCommit(
    { state: membership.state, cipherSuite: suite, pskIndex: anyPsk },
    { extraProposals, ratchetTreeExtension: true, ...options },
  );
  const welcome =
    made.welcome &&
    encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome: made.welcome });
  return { bytes: encodeMlsMessage(made.commit), state: made.newState, welcome };
}

export const removal = (removed: number): Proposal => ({
  proposalType: 'remove',
  remove: { removed },
});

/**
 * Goes into the next epoch as somebody who has the ended one and the link, but no path secret: with
 * a commit secret of zeros. Gives the epoch_authenticator that comes out.
 */
export async function followWithZeros(leaver: Person, commit: Uint8Array): Promise<Uint8Array> {
  const state: ClientState = stateOf(leaver);
  const { groupContext, keySchedule, secretTree, ratchetTree, clientConfig } = state;
  const message = decodeMessage(commit, 'mls_private_message', 'bad-commit').privateMessage;
  const { content } = await unprotectPrivateMessage(
    keySchedule.senderDataSecret,
    message,
    secretTree,
    ratchetTree,
    groupContext,
    clientConfig.keyRetentionConfig,
    suite,
  );
  const { content: framed, auth } = content;
  if (framed.contentType !== 'commit' || framed.sender.senderType !== 'member') {
    throw new Error('not a commit');
  }
  const sender = toLeafIndex(framed.sender.leafIndex);
  const { proposals, path } = framed.commit;
  const applied = await applyProposals(state, proposals, sender, anyPsk, false, suite);
  const tree = path ? await applyUpdatePath(applied.tree, sender, path, suite.hash) : applied.tree;
  const context = await nextEpochContext(
    groupContext,
    'mls_private_message',
    framed,
    auth.signature,
    await treeHashRoot(tree, suite.hash),
    state.confirmationTag,
    suite.hash,
  );
  const zeros = new Uint8Array(suite.kdf.size);
  const { initSecret } = keySchedule;
  const epoch = await initializeEpoch(initSecret, zeros, context, applied.pskSecret, suite.kdf);
  return epoch.keySchedule.epochAuthenticator;
}
