// What a commit must pass (SPEC G9, G13, G15), asked by whoever makes it and by whoever is told of it
// alike. Only facts that all members share are looked at, so that all come to the same answer.
import type { CiphersuiteImpl, KeyPackage, Proposal, RatchetTree, UpdatePath } from 'ts-mls';
import type { Commit } from 'ts-mls';
import { encodeExtension } from 'ts-mls/extension.js';
import {
  addLeafNode,
  filteredDirectPathAndCopathResolution,
  removeLeafNode,
} from 'ts-mls/ratchetTree.js';
import { leafToNodeIndex, toLeafIndex, toNodeIndex } from 'ts-mls/treemath.js';
import { concat, sameBytes, toBase64url } from './group-bytes.ts';
import { GroupError, refuseAs } from './group-errors.ts';
import { checkKeyPackage, keyPackageRef } from './mls-key-package.ts';
import { isUsableHpkeKey } from './mls-keys.ts';
import { type Member, judgeLeaf } from './mls-leaf.ts';
import type { Membership } from './mls-membership.ts';
import { MAX_LEAF, isLinkPsk } from './mls-suite.ts';
import { readRoster, uniqueNames } from './mls-tree.ts';

export type Added = { readonly member: Member; readonly ref: string };

export type CommitFacts = {
  readonly added: readonly Added[];
  readonly removed: readonly number[];
};

const refuse = (why: string) => new GroupError('bad-commit', why);

type Sorted = { readonly adds: KeyPackage[]; readonly removes: number[]; readonly psks: number };

/** By value, and of three kinds only (RFC 9420 §12.2 allows many more). */
function sortProposals(proposals: readonly Proposal[]): Sorted {
  const sorted = { adds: new Array<KeyPackage>(), removes: new Array<number>(), psks: 0 };
  for (const proposal of proposals) {
    if (proposal.proposalType === 'add' && 'add' in proposal) {
      sorted.adds.push(proposal.add.keyPackage);
    } else if (proposal.proposalType === 'remove' && 'remove' in proposal) {
      sorted.removes.push(proposal.remove.removed);
    } else if (proposal.proposalType === 'psk' && 'psk' in proposal) {
      if (!isLinkPsk(proposal.psk.preSharedKeyId)) throw refuse('another pre-shared key');
      sorted.psks += 1;
    } else {
      throw refuse(`a proposal of type ${proposal.proposalType}`);
    }
  }
  if (sorted.psks !== (sorted.adds.length > 0 ? 1 : 0)) throw refuse('key and Add go together');
  return sorted;
}

function removeLeaves(tree: RatchetTree, removes: readonly number[], committer: number) {
  if (new Set(removes).size !== removes.length) throw refuse('one leaf removed twice');
  return removes.reduce((rest, leaf) => {
    if (leaf === committer) throw refuse('the committer removes itself');
    if (tree[leaf * 2]?.nodeType !== 'leaf') throw refuse('nobody there to remove');
    return removeLeafNode(rest, toLeafIndex(leaf));
  }, tree);
}

type Claim = ReturnType<typeof uniqueNames>;

/** Claims every key of the tree as it was: no key comes back, not even one that is removed now. */
function claimKeys(tree: RatchetTree, claim: Claim): void {
  for (const node of tree) {
    const key = node?.nodeType === 'leaf' ? node.leaf.hpkePublicKey : node?.parent.hpkePublicKey;
    if (key !== undefined) claim('encryption key', toBase64url(key));
  }
}

async function addLeaves(
  start: RatchetTree,
  adds: readonly KeyPackage[],
  seenRefs: ReadonlySet<string>,
  claim: Claim,
  suite: CiphersuiteImpl,
): Promise<[RatchetTree, readonly Added[]]> {
  let tree = start;
  const added: Added[] = [];
  for (const keyPackage of adds) {
    const member = await checkKeyPackage(keyPackage, suite);
    const ref = await keyPackageRef(keyPackage, suite);
    if (seenRefs.has(ref)) throw refuse('a key package that was used before');
    claim('key package', ref);
    claim('peer', member.peerId);
    claim('signature key', member.signatureKey);
    claim('encryption key', toBase64url(keyPackage.leafNode.hpkePublicKey));
    claim('encryption key', toBase64url(keyPackage.initKey));
    const [next, node] = addLeafNode(tree, keyPackage.leafNode);
    tree = next;
    added.push({ member: { ...member, leaf: node / 2 }, ref });
  }
  return [tree, added];
}

/** The committer stays who it was; keys are new; secrets go to all who need them (§7.6). */
function checkPath(
  path: UpdatePath,
  committer: number,
  treeBefore: RatchetTree,
  tree: RatchetTree,
  added: readonly Added[],
  claim: Claim,
): void {
  const before = treeBefore[committer * 2];
  const { leafNode, nodes } = path;
  if (before?.nodeType !== 'leaf') throw refuse('the committer is not there');
  const was = judgeLeaf(before.leaf, committer);
  const is = judgeLeaf(leafNode, committer);
  if (was === undefined || is === undefined) throw refuse('not a leaf of ours');
  const same = was.peerId === is.peerId && was.signatureKey === is.signatureKey;
  const extensions = [before.leaf, leafNode].map((leaf) =>
    concat(...leaf.extensions.map((extension) => encodeExtension(extension))),
  );
  const [old, next] = extensions;
  if (!same || old === undefined || next === undefined || !sameBytes(old, next)) {
    throw refuse('the committer became another');
  }
  claim('encryption key', toBase64url(leafNode.hpkePublicKey));

  const fresh = new Set(added.map(({ member }) => leafToNodeIndex(toLeafIndex(member.leaf))));
  const steps = filteredDirectPathAndCopathResolution(toLeafIndex(committer), tree);
  if (nodes.length === 0 || nodes.length !== steps.length) throw refuse('a path of wrong length');
  for (const [index, node] of nodes.entries()) {
    if (!isUsableHpkeKey(node.hpkePublicKey)) throw refuse('a node key of no use');
    claim('encryption key', toBase64url(node.hpkePublicKey));
    const wanted = steps[index]?.resolution.filter((at) => !fresh.has(toNodeIndex(at))).length;
    if (node.encryptedPathSecret.length !== wanted) throw refuse('secrets for too few or many');
  }
}

type Judged = { readonly facts: CommitFacts; readonly tree: RatchetTree; readonly claim: Claim };

/** The part that needs no path: what a committer asks before it makes one. */
export const checkProposals = (
  { state, seenRefs }: Membership,
  committer: number,
  proposals: Commit['proposals'],
  suite: CiphersuiteImpl,
): Promise<Judged> =>
  refuseAs('bad-commit', async () => {
    const values = proposals.map((given) => {
      if (given.proposalOrRefType !== 'proposal') throw refuse('a proposal by reference');
      return given.proposal;
    });
    const { adds, removes } = sortProposals(values);
    const claim = uniqueNames(refuse);
    claimKeys(state.ratchetTree, claim);
    const kept = removeLeaves(state.ratchetTree, removes, committer);
    const roster = readRoster(kept);
    for (const member of roster) {
      claim('peer', member.peerId);
      claim('signature key', member.signatureKey);
    }
    const members = roster.length + adds.length;
    if (members < 2) throw new GroupError('one-member', 'a group never continues from one member');
    // Before their signatures are looked at: newcomers take the lowest free leaves.
    if (members > MAX_LEAF + 1) throw new GroupError('group-full', 'a leaf above 255');
    const [tree, added] = await addLeaves(kept, adds, seenRefs, claim, suite);
    return { facts: { added, removed: removes }, tree, claim };
  });

/** Throws `bad-commit`, `bad-key-package`, `one-member` or `group-full`; gives who comes and goes. */
export async function checkCommit(
  membership: Membership,
  committer: number,
  { proposals, path }: Commit,
  suite: CiphersuiteImpl,
): Promise<CommitFacts> {
  const { facts, tree, claim } = await checkProposals(membership, committer, proposals, suite);
  if (path !== undefined) {
    // Looked up in the tree as it was: the committer is never among those who go.
    checkPath(path, committer, membership.state.ratchetTree, tree, facts.added, claim);
  } else if (facts.removed.length > 0 || facts.added.length === 0) {
    throw refuse('no path');
  }
  return facts;
}
