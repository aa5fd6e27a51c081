// Whether one holds the private key of every node above oneself, and the right one (RFC 9420 §7.5,
// §12.4.3.1). ts-mls does not look: a path whose public keys were another's would be found much later.
import type { RatchetTree } from 'ts-mls';
import { directPath, leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js';
import { sameBytes } from './group-bytes.ts';
import { type GroupErrorCode, GroupError } from './group-errors.ts';
import { hpkePublicKey } from './mls-keys.ts';

export type PrivateKeyPath = {
  readonly leafIndex: number;
  readonly privateKeys: Readonly<Record<number, Uint8Array>>;
};

const isMerged = (tree: RatchetTree, index: number, leaf: number): boolean => {
  const node = tree[index];
  return node?.nodeType === 'leaf' || node?.parent.unmergedLeaves.includes(leaf) === false;
};

/** Only the keys of nodes that are there and above oneself: the library keeps those of all that were. */
export function prunePath(tree: RatchetTree, path: PrivateKeyPath): PrivateKeyPath {
  const { leafIndex, privateKeys } = path;
  const own = leafToNodeIndex(toLeafIndex(leafIndex));
  const above: readonly number[] = [own, ...directPath(own, (tree.length + 1) / 2)];
  const kept = Object.entries(privateKeys).filter(
    ([index]) => above.includes(Number(index)) && isMerged(tree, Number(index), leafIndex),
  );
  return { leafIndex, privateKeys: Object.fromEntries(kept) };
}

/** `before`: the path that was checked already; what did not change is not computed again. */
export function checkPrivateKeys(
  tree: RatchetTree,
  path: PrivateKeyPath,
  code: GroupErrorCode,
  before?: PrivateKeyPath,
): void {
  const own = leafToNodeIndex(toLeafIndex(path.leafIndex));
  for (const index of [own, ...directPath(own, (tree.length + 1) / 2)]) {
    const node = tree[index];
    if (node === undefined || !isMerged(tree, index, path.leafIndex)) continue;
    const privateKey = path.privateKeys[index];
    if (privateKey === undefined) throw new GroupError(code, 'a node above without its key');
    if (before !== undefined && before.privateKeys[index] === privateKey) continue;
    const published =
      node.nodeType === 'leaf' ? node.leaf.hpkePublicKey : node.parent.hpkePublicKey;
    if (!sameBytes(hpkePublicKey(privateKey), published)) {
      throw new GroupError(code, 'a node above with another key');
    }
  }
}
