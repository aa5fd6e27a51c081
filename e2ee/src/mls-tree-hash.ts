// Tree hashes and parent hashes (RFC 9420 §7.8, §7.9). ts-mls's check of parent hashes leaves out the
// third condition of §7.9.2 and hashes whole subtrees once per leaf; this has it, and hashes once.
import type { Node, RatchetTree } from 'ts-mls';
import { encodeParentHashInput } from 'ts-mls/parentHash.js';
import { resolution } from 'ts-mls/ratchetTree.js';
import { encodeLeafNodeHashInput, encodeParentNodeHashInput } from 'ts-mls/treeHash.js';
import { isLeaf, left, nodeToLeafIndex, right, root, toNodeIndex } from 'ts-mls/treemath.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { sameBytes } from './group-bytes.ts';

type NodeIndex = ReturnType<typeof toNodeIndex>;
type Hashes = Map<number, Uint8Array>;

/** Hash of a subtree as if the leaves in `without` were blank; `known` keeps those without any. */
function subtreeHash(
  tree: RatchetTree,
  index: NodeIndex,
  without: readonly number[],
  known: Hashes,
): Uint8Array {
  const within = without.filter((leaf) => isBelow(leaf * 2, index));
  const found = within.length === 0 ? known.get(index) : undefined;
  if (found !== undefined) return found;
  const node = tree[index];
  let input: Uint8Array;
  if (isLeaf(index)) {
    const leafIndex = nodeToLeafIndex(index);
    const leafNode = node?.nodeType === 'leaf' && within.length === 0 ? node.leaf : undefined;
    input = encodeLeafNodeHashInput({ nodeType: 'leaf', leafIndex, leafNode });
  } else {
    const parent = node?.nodeType === 'parent' ? node.parent : undefined;
    input = encodeParentNodeHashInput({
      nodeType: 'parent',
      parentNode: parent && {
        ...parent,
        unmergedLeaves: parent.unmergedLeaves.filter((leaf) => !within.includes(leaf)),
      },
      leftHash: subtreeHash(tree, left(index), within, known),
      rightHash: subtreeHash(tree, right(index), within, known),
    });
  }
  const hash = sha256(input);
  if (within.length === 0) known.set(index, hash);
  return hash;
}

/** Whether node `below` is in the subtree of `index`: node indices of a subtree are contiguous. */
function isBelow(below: number, index: number): boolean {
  let height = 0;
  while (((index >> height) & 1) === 1) height += 1;
  const reach = (1 << height) - 1;
  return below >= index - reach && below <= index + reach;
}

const rootOf = (tree: RatchetTree): NodeIndex => root((tree.length + 1) / 2);

export const hashTree = (tree: RatchetTree): Uint8Array =>
  subtreeHash(tree, rootOf(tree), [], new Map());

function parentHashOf(node: Node | undefined): Uint8Array | undefined {
  if (node?.nodeType === 'parent') return node.parent.parentHash;
  return node?.leaf.leafNodeSource === 'commit' ? node.leaf.parentHash : undefined;
}

const sameLeaves = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((leaf) => b.includes(leaf));

/** Whether P was made in one update path with some node below `child` (§7.9.2, all conditions). */
function chainsTo(
  tree: RatchetTree,
  index: NodeIndex,
  child: NodeIndex,
  sibling: NodeIndex,
  known: Hashes,
): boolean {
  const node = tree[index];
  if (node?.nodeType !== 'parent') return false;
  const { hpkePublicKey, parentHash, unmergedLeaves } = node.parent;
  const originalSiblingTreeHash = subtreeHash(tree, sibling, unmergedLeaves, known);
  const input = { encryptionKey: hpkePublicKey, parentHash, originalSiblingTreeHash };
  const hash = sha256(encodeParentHashInput(input));
  const heads = resolution(tree, child);
  const unmergedBelow = unmergedLeaves.map((leaf) => leaf * 2).filter((at) => isBelow(at, child));
  return heads.some((head) => {
    const claimed = parentHashOf(tree[head]);
    if (claimed === undefined || !sameBytes(claimed, hash)) return false;
    return sameLeaves(
      unmergedBelow,
      heads.filter((other) => other !== head),
    );
  });
}

/** Each non-blank parent is the end of a chain that begins at a leaf, whose owner signed it. */
export function everyParentIsChained(tree: RatchetTree): boolean {
  const known: Hashes = new Map();
  subtreeHash(tree, rootOf(tree), [], known);
  return tree.every((node, position) => {
    if (node?.nodeType !== 'parent') return true;
    const index = toNodeIndex(position);
    // A chain's next link is again a non-blank node, checked by itself; links go down to a leaf.
    return (
      chainsTo(tree, index, left(index), right(index), known) ||
      chainsTo(tree, index, right(index), left(index), known)
    );
  });
}
