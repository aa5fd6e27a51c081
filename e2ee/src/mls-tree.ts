// The ratchet tree of a welcome, checked in full (RFC 9420 §12.4.3.1, SPEC G10). ts-mls wants the same
// unmerged leaves all along a path and so refuses valid trees; this is the RFC's rule.
import type { CiphersuiteImpl, GroupContext, Node, RatchetTree } from 'ts-mls';
import { verifyLeafNodeSignature, verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js';
import { directPath, isLeaf, leafToNodeIndex, toLeafIndex, toNodeIndex } from 'ts-mls/treemath.js';
import { sameBytes, toBase64url } from './group-bytes.ts';
import { GroupError } from './group-errors.ts';
import { isUsableHpkeKey } from './mls-keys.ts';
import { type Member, judgeLeaf, readMember } from './mls-leaf.ts';
import { MAX_LEAF } from './mls-suite.ts';
import { everyParentIsChained, hashTree } from './mls-tree-hash.ts';

export const leafCount = (tree: RatchetTree): number => (tree.length + 1) / 2;

const refuse = (why: string) => new GroupError('bad-welcome', why);

/** Throws `name` again where it was added before. */
export function uniqueNames(refuse: (why: string) => GroupError) {
  const seen = new Set<string>();
  return (what: string, name: string): void => {
    const key = `${what} ${name}`;
    if (seen.has(key)) throw refuse(`the same ${what} twice`);
    seen.add(key);
  };
}

/** The members of a tree that was checked before. */
export function readRoster(tree: RatchetTree): readonly Member[] {
  return tree.flatMap((node, index) => {
    const member = node?.nodeType === 'leaf' ? readMember(node.leaf, index / 2) : undefined;
    return member === undefined ? [] : [member];
  });
}

async function checkLeaf(
  node: Node,
  leaf: number,
  context: GroupContext,
  suite: CiphersuiteImpl,
): Promise<Member> {
  if (node.nodeType !== 'leaf') throw refuse('a parent in a leaf’s place');
  const member = judgeLeaf(node.leaf, leaf);
  if (member === undefined) throw refuse('not a leaf of ours');
  const { leafNodeSource } = node.leaf;
  // Update proposals do not exist here, so neither do the leaves that they make.
  if (leafNodeSource === 'update') throw refuse('an update leaf');
  const valid =
    leafNodeSource === 'key_package'
      ? await verifyLeafNodeSignatureKeyPackage({ ...node.leaf, leafNodeSource }, suite.signature)
      : await verifyLeafNodeSignature(node.leaf, context.groupId, leaf, suite.signature);
  if (!valid) throw refuse('a leaf’s signature');
  return member;
}

/** For each unmerged leaf: there, below, and listed by every node in between (§12.4.3.1). */
function checkUnmerged(tree: RatchetTree, index: number, unmerged: readonly number[]): void {
  const width = leafCount(tree);
  for (const [position, leaf] of unmerged.entries()) {
    if (position > 0 && leaf <= (unmerged[position - 1] ?? leaf)) throw refuse('unmerged order');
    const leafNode = leafToNodeIndex(toLeafIndex(leaf));
    if (leaf >= width || tree[leafNode]?.nodeType !== 'leaf') throw refuse('unmerged and blank');
    const path = directPath(leafNode, width);
    const height = path.indexOf(toNodeIndex(index));
    if (height === -1) throw refuse('unmerged and elsewhere');
    for (const between of path.slice(0, height)) {
      const node = tree[between];
      if (node?.nodeType === 'parent' && !node.parent.unmergedLeaves.includes(leaf)) {
        throw refuse('merged below, unmerged above');
      }
    }
  }
}

/** Every rule for a tree that one is welcomed into. Gives the roster. */
export async function checkTree(
  tree: RatchetTree,
  context: GroupContext,
  suite: CiphersuiteImpl,
): Promise<readonly Member[]> {
  if (leafCount(tree) > MAX_LEAF + 1) throw refuse('a leaf above 255');
  const claim = uniqueNames(refuse);
  const leaves: [Node, number][] = [];
  for (const [index, node] of tree.entries()) {
    if (node === undefined) continue;
    if ((node.nodeType === 'leaf') !== isLeaf(toNodeIndex(index)))
      throw refuse('node in the wrong place');
    if (node.nodeType === 'leaf') {
      leaves.push([node, index / 2]);
      claim('encryption key', toBase64url(node.leaf.hpkePublicKey));
      claim('signature key', toBase64url(node.leaf.signaturePublicKey));
    } else {
      if (!isUsableHpkeKey(node.parent.hpkePublicKey)) throw refuse('a node key of no use');
      claim('encryption key', toBase64url(node.parent.hpkePublicKey));
      checkUnmerged(tree, index, node.parent.unmergedLeaves);
    }
  }
  const roster = await Promise.all(
    leaves.map(([node, leaf]) => checkLeaf(node, leaf, context, suite)),
  );
  for (const member of roster) claim('peer', member.peerId);
  if (!sameBytes(hashTree(tree), context.treeHash)) throw refuse('the tree hash');
  if (!everyParentIsChained(tree)) throw refuse('a parent hash');
  return roster;
}
