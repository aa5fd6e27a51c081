// Taking a commit of somebody else's (RFC 9420 §12.4.2). Looked at in full before the library may act
// on it (SPEC G12, G13); whatever throws leaves the membership that one had (SPEC G16).
import { type CiphersuiteImpl, type PrivateMessage, processPrivateMessage } from 'ts-mls';
import { unprotectPrivateMessage } from 'ts-mls/messageProtection.js';
import { sameBytes } from './group-bytes.ts';
import { GroupError, refuseAs } from './group-errors.ts';
import { type CommitFacts, checkCommit } from './mls-commit-check.ts';
import { type Membership, keepState } from './mls-membership.ts';
import { checkPrivateKeys } from './mls-private-path.ts';
import { decodeMessage, pskIndex } from './mls-suite.ts';
import { readRoster } from './mls-tree.ts';

export type Accepted =
  | { readonly kind: 'member'; readonly next: Membership; readonly facts: CommitFacts }
  /** The commit removes oneself: there is no next epoch for this membership. */
  | { readonly kind: 'removed'; readonly facts: CommitFacts };

const refuse = (why: string) => new GroupError('bad-commit', why);

async function readCommit({ state }: Membership, message: PrivateMessage, suite: CiphersuiteImpl) {
  const { groupContext, keySchedule, secretTree, ratchetTree, clientConfig } = state;
  if (!sameBytes(message.groupId, groupContext.groupId)) throw refuse('another group');
  if (message.epoch !== groupContext.epoch) throw refuse('another epoch');
  if (message.contentType !== 'commit') throw refuse(`a ${message.contentType}`);
  if (message.authenticatedData.length > 0) throw refuse('authenticated data');
  const { content } = await unprotectPrivateMessage(
    keySchedule.senderDataSecret,
    message,
    secretTree,
    ratchetTree,
    groupContext,
    clientConfig.keyRetentionConfig,
    suite,
  );
  const { content: framed } = content;
  if (framed.contentType !== 'commit') throw refuse('not a commit');
  if (framed.sender.senderType !== 'member') throw refuse('from no member');
  return { committer: framed.sender.leafIndex, commit: framed.commit };
}

export const acceptCommit = (
  membership: Membership,
  bytes: Uint8Array,
  psk: Uint8Array,
  suite: CiphersuiteImpl,
  /** Who sent it, as the record has it: nobody sends another member's commit as its own. */
  by?: string,
): Promise<Accepted> =>
  refuseAs('bad-commit', async () => {
    const { state, seenRefs } = membership;
    const message = decodeMessage(bytes, 'mls_private_message', 'bad-commit').privateMessage;
    const { committer, commit } = await readCommit(membership, message, suite);
    const own = state.privatePath.leafIndex;
    const author = readRoster(state.ratchetTree).find(({ leaf }) => leaf === committer);
    if (by !== undefined && author?.peerId !== by) throw refuse('of another than its sender');
    if (committer === own) throw refuse('one’s own, and not pending');
    const facts = await checkCommit(membership, committer, commit, suite);
    // ts-mls takes whoever sits on the removed leaf afterwards for oneself: decided here instead.
    if (facts.removed.includes(own)) return { kind: 'removed', facts };

    // Not processMessage(): it drops external PSKs for private messages.
    const result = await processPrivateMessage(state, message, pskIndex(psk), suite);
    if (result.kind !== 'newState' || result.actionTaken !== 'accept') throw refuse('not taken');
    const next = result.newState;
    if (next.groupActiveState.kind !== 'active') throw refuse('the group ends');
    checkPrivateKeys(next.ratchetTree, next.privatePath, 'bad-commit', state.privatePath);
    const refs = new Set([...seenRefs, ...facts.added.map(({ ref }) => ref)]);
    return {
      kind: 'member',
      next: { ...membership, state: keepState(next), seenRefs: refs },
      facts,
    };
  });
