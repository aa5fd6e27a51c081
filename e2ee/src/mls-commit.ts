// Making groups and commits (RFC 9420 §11, §12.4.1). What goes in was judged by the same check as what
// arrives from others, so that nobody sends what the others would refuse.
import {
  type CiphersuiteImpl,
  type Welcome,
  createCommit,
  createGroup,
  encodeMlsMessage,
} from 'ts-mls';
import { type Bytes, ownBytes, toBase64url } from './group-bytes.ts';
import { GroupError, refuseAs } from './group-errors.ts';
import { groupIdBytes } from './group-id.ts';
import {
  type CommitChoice,
  type CommitLimits,
  type CommitWish,
  chooseProposals,
} from './mls-commit-choice.ts';
import type { Added } from './mls-commit-check.ts';
import type { OwnKeyPackage } from './mls-key-package.ts';
import { type Membership, keepState } from './mls-membership.ts';
import { CLIENT_CONFIG, pskIndex } from './mls-suite.ts';

export type WelcomeFor = { readonly peerId: string; readonly bytes: Bytes };

export type MadeCommit = Omit<CommitChoice, 'proposals'> & {
  readonly commit: Bytes;
  readonly welcomes: readonly WelcomeFor[];
  /** What one is once the commit is accepted: merged by `mergeMade` alone. */
  readonly next: Membership;
};

export async function startGroup(
  groupId: string,
  own: OwnKeyPackage,
  suite: CiphersuiteImpl,
): Promise<Membership> {
  const { publicPackage, privatePackage } = own;
  const id = groupIdBytes(groupId);
  const state = await createGroup(id, publicPackage, privatePackage, [], suite, CLIENT_CONFIG);
  return { state, seenRefs: new Set([own.ref]), lastSeq: new Map() };
}

/** Throws `one-member` or `group-full`; a wish of nothing is a self-update. */
export async function makeCommit(
  membership: Membership,
  wish: CommitWish,
  psk: Uint8Array,
  limits: CommitLimits,
  suite: CiphersuiteImpl,
): Promise<MadeCommit> {
  const { state, seenRefs } = membership;
  const { proposals, ...choice } = await chooseProposals(membership, wish, limits, suite);
  const { added } = choice.facts;
  return refuseAs('bad-commit', async () => {
    const { newState, commit, welcome } = await createCommit(
      { state, cipherSuite: suite, pskIndex: pskIndex(psk) },
      { extraProposals: [...proposals], ratchetTreeExtension: true },
    );
    return {
      ...choice,
      commit: ownBytes(encodeMlsMessage(commit)),
      welcomes: added.map((newcomer) => welcomeFor(newcomer, welcome)),
      next: {
        ...membership,
        state: newState,
        seenRefs: new Set([...seenRefs, ...added.map(({ ref }) => ref)]),
      },
    };
  });
}

/** Only the recipient's own secret (SPEC G23): 22 kB instead of 34 at 100 members. */
function welcomeFor({ ref, member }: Added, welcome: Welcome | undefined): WelcomeFor {
  const secrets = welcome?.secrets.filter(({ newMember }) => toBase64url(newMember) === ref);
  if (welcome === undefined || secrets?.length !== 1) {
    throw new GroupError('bad-commit', 'an Add without its welcome');
  }
  const message = { ...welcome, secrets };
  const bytes = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome: message });
  return { peerId: member.peerId, bytes: ownBytes(bytes) };
}

/**
 * The state after one's own commit was accepted. The library took the ended epoch's secrets along as
 * they were when the commit was made: messages opened since would open again (SPEC G19).
 */
export function mergeMade(current: Membership, made: MadeCommit): Membership {
  const { state } = made.next;
  const { epoch } = current.state.groupContext;
  const old = state.historicalReceiverData.get(epoch);
  const historicalReceiverData = new Map(current.state.historicalReceiverData);
  if (old) historicalReceiverData.set(epoch, { ...old, secretTree: current.state.secretTree });
  return {
    ...made.next,
    state: keepState({ ...state, historicalReceiverData }),
    lastSeq: current.lastSeq,
  };
}
