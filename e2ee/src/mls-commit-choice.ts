// Which proposals a commit carries: everybody who goes, and as many who come as fit. A hostile key
// package is left out by itself and stops nobody else (SPEC G14).
import type { CiphersuiteImpl, KeyPackage, Proposal } from 'ts-mls';
import type { Bytes } from './group-bytes.ts';
import { GroupError } from './group-errors.ts';
import { type CommitFacts, checkProposals } from './mls-commit-check.ts';
import { readKeyPackage } from './mls-key-package.ts';
import type { Membership } from './mls-membership.ts';
import { MAX_LEAF, pskProposal } from './mls-suite.ts';
import { readRoster } from './mls-tree.ts';

export type Addition = { readonly peerId: string; readonly keyPackage: Bytes };

export type CommitWish = {
  /** In order of arrival. A peer that has a leaf already loses it in the same commit. */
  readonly adds: readonly Addition[];
  /** Peer ids whose leaves go. */
  readonly removes: readonly string[];
};

export type CommitLimits = { readonly nowMs: number; readonly maxBytes: number };

export type CommitChoice = {
  readonly proposals: readonly Proposal[];
  readonly facts: CommitFacts;
  /** Whose key packages are of no use: not asked again. */
  readonly refused: readonly Addition[];
  /** Who has to wait for the next commit. */
  readonly deferred: readonly Addition[];
};

type Candidate = { readonly addition: Addition; readonly keyPackage: KeyPackage };

/** A member takes 180 to 240 bytes of the tree that every welcome holds; a third more as base64. */
const TREE_BYTES_PER_MEMBER = 330;

/** The most w with w × (members + w) × TREE_BYTES_PER_MEMBER ≤ maxBytes, and at least one. */
function welcomesThatFit(members: number, maxBytes: number): number {
  const area = maxBytes / TREE_BYTES_PER_MEMBER;
  return Math.max(1, Math.floor((Math.sqrt(members * members + 4 * area) - members) / 2));
}

function propose(
  { state }: Membership,
  removes: readonly string[],
  chosen: readonly Candidate[],
): readonly Proposal[] {
  const going = new Set([...removes, ...chosen.map(({ addition }) => addition.peerId)]);
  const leaves = readRoster(state.ratchetTree).filter(({ peerId }) => going.has(peerId));
  return [
    ...leaves.map(({ leaf }): Proposal => ({ proposalType: 'remove', remove: { removed: leaf } })),
    ...chosen.map(({ keyPackage }): Proposal => ({ proposalType: 'add', add: { keyPackage } })),
    ...(chosen.length > 0 ? [pskProposal()] : []),
  ];
}

const judge = async (
  membership: Membership,
  proposals: readonly Proposal[],
  suite: CiphersuiteImpl,
): Promise<CommitFacts> => {
  const own = membership.state.privatePath.leafIndex;
  const values = proposals.map((proposal) => ({
    proposalOrRefType: 'proposal' as const,
    proposal,
  }));
  return (await checkProposals(membership, own, values, suite)).facts;
};

/** Judges all at once, and one by one only where that fails. */
export async function chooseProposals(
  membership: Membership,
  { adds, removes }: CommitWish,
  limits: CommitLimits,
  suite: CiphersuiteImpl,
): Promise<CommitChoice> {
  const candidates: Candidate[] = [];
  const refused: Addition[] = [];
  const deferred: Addition[] = [];
  const roster = readRoster(membership.state.ratchetTree);
  const staying = roster.filter(({ peerId }) => !removes.includes(peerId)).length;
  // Newcomers take the lowest free leaves: as many as there are free below MAX_LEAF.
  const free = MAX_LEAF + 1 - staying;
  const room = Math.min(free, welcomesThatFit(roster.length, limits.maxBytes));
  for (const addition of adds) {
    if (candidates.length === room) {
      deferred.push(addition);
      continue;
    }
    const { peerId, keyPackage: bytes } = addition;
    const read = await attempt(() => readKeyPackage(bytes, peerId, limits.nowMs, suite));
    if ('failed' in read) refused.push(addition);
    else candidates.push({ addition, keyPackage: read.value });
  }

  const together = propose(membership, removes, candidates);
  // An empty commit is somebody's self-update, never what is left of one that was to add.
  if (together.length === 0 && adds.length > 0) {
    const code = deferred.length > 0 ? 'group-full' : 'bad-key-package';
    throw new GroupError(code, 'nobody who could be added');
  }
  const judged = await attempt(() => judge(membership, together, suite));
  if (!('failed' in judged)) return { proposals: together, facts: judged.value, refused, deferred };
  if (candidates.length === 0) throw judged.failed;

  const chosen: Candidate[] = [];
  for (const candidate of candidates) {
    const tried = propose(membership, removes, [...chosen, candidate]);
    const result = await attempt(() => judge(membership, tried, suite));
    if ('failed' in result) refused.push(candidate.addition);
    else chosen.push(candidate);
  }
  const proposals = propose(membership, removes, chosen);
  if (proposals.length === 0) throw judged.failed;
  return { proposals, facts: await judge(membership, proposals, suite), refused, deferred };
}

async function attempt<T>(step: () => Promise<T>): Promise<{ value: T } | { failed: GroupError }> {
  try {
    return { value: await step() };
  } catch (error) {
    if (error instanceof GroupError) return { failed: error };
    throw error;
  }
}
