// Welcomes: what a joiner asks of one, shown by welcomes that others could make.
import {
  type GroupContext,
  type Node,
  type RatchetTree,
  createCommit,
  encodeMlsMessage,
  joinGroup,
} from 'ts-mls';
import { validateRatchetTree } from 'ts-mls/clientState.js';
import { beforeAll, expect, test } from 'vitest';
import type { OwnKeyPackage } from './mls-key-package.ts';
import { type Membership, pointOf } from './mls-membership.ts';
import { CLIENT_CONFIG, decodeMessage, pskIndex, pskProposal } from './mls-suite.ts';
import { checkTree } from './mls-tree.ts';
import { hashTree } from './mls-tree-hash.ts';
import { openWelcome } from './mls-welcome.ts';
import { checkPrivateKeys } from './mls-private-path.ts';
import { makeGroupId } from './group-id.ts';
import {
  type Group,
  PSK,
  commitRound,
  groupOf,
  newPackage,
  person,
  stateOf,
  suite,
} from './testing/group-people.ts';
import { rawCommit } from './testing/hostile-commits.ts';

let group: Group = [];
let own: OwnKeyPackage;
beforeAll(async () => {
  group = await groupOf(4);
  own = await newPackage('n1');
});

const bad = expect.objectContaining({ code: 'bad-welcome' });
const nextPoint = (membership: Membership) => {
  const { groupId, epoch } = pointOf(membership);
  return { groupId, epoch: epoch + 1 };
};

async function welcomeTo(packages: readonly OwnKeyPackage[], withPsk = true) {
  const adds = packages.map(({ publicPackage }) => ({
    proposalType: 'add' as const,
    add: { keyPackage: publicPackage },
  }));
  const proposals = withPsk ? [...adds, pskProposal()] : adds;
  const { welcome } = await rawCommit(person(group, 1), proposals);
  if (welcome === undefined) throw new Error('no welcome');
  return welcome;
}

const open = (welcome: Uint8Array, packages: readonly OwnKeyPackage[] = [own], psk = PSK) =>
  openWelcome(welcome, packages, psk, nextPoint(person(group, 1).membership), suite);

test('G11 a welcome by the link’s key opens, with whichever of one’s key packages it names', async () => {
  const other = await newPackage('n1');
  const { state } = await open(await welcomeTo([own]), [other, own]);
  expect(state.groupContext.epoch).toBe(2n);
});

test('G11 a welcome that used no key is refused, where the library takes it', async () => {
  const bytes = await welcomeTo([own], false);
  await expect(open(bytes)).rejects.toEqual(bad);
  const { welcome } = decodeMessage(bytes, 'mls_welcome', 'bad-welcome');
  const { publicPackage, privatePackage } = own;
  const joined = await joinGroup(welcome, publicPackage, privatePackage, pskIndex(PSK), suite);
  expect(joined.groupContext.epoch).toBe(2n);
});

test('G11 another link’s key, a lost key package, two recipients, garbage', async () => {
  const bytes = await welcomeTo([own]);
  await expect(open(bytes, [own], new Uint8Array(32))).rejects.toEqual(bad);
  await expect(open(bytes, [await newPackage('n1')])).rejects.toEqual(bad);
  await expect(open(bytes, [])).rejects.toEqual(bad);
  await expect(open(await welcomeTo([own, await newPackage('n2')]))).rejects.toEqual(bad);
  for (let at = 5; at < bytes.length; at += 31) {
    const garbage = bytes.map((byte, index) => (index === at ? byte ^ 4 : byte));
    await expect(open(garbage), `byte ${at}`).rejects.toEqual(bad);
  }
  await expect(open(bytes.slice(0, -1))).rejects.toEqual(bad);
  await expect(open(bytes)).resolves.toBeDefined();
});

test('G11 another group or epoch than the record’s is refused', async () => {
  const bytes = await welcomeTo([own]);
  const point = nextPoint(person(group, 1).membership);
  for (const expected of [
    { ...point, epoch: point.epoch + 1 },
    { ...point, groupId: makeGroupId(1) },
  ]) {
    await expect(openWelcome(bytes, [own], PSK, expected, suite)).rejects.toEqual(bad);
  }
});

test('G11 extensions of the group info are refused', async () => {
  const { state } = person(group, 1).membership;
  const { welcome } = await createCommit(
    { state, cipherSuite: suite, pskIndex: pskIndex(PSK) },
    {
      extraProposals: [
        { proposalType: 'add', add: { keyPackage: own.publicPackage } },
        pskProposal(),
      ],
      ratchetTreeExtension: true,
      groupInfoExtensions: [{ extensionType: 0xff02, extensionData: new Uint8Array(1) }],
    },
  );
  if (welcome === undefined) throw new Error('no welcome');
  const bytes = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_welcome', welcome });
  await expect(open(bytes)).rejects.toEqual(bad);
});

/** Leaves 1 and 5 unmerged: [1] at node 3, [5] at node 11, [1, 5] at the root, 7. Leaf 6 is blank. */
async function treeWithUnmerged(): Promise<Group> {
  const eight = await groupOf(8, 'u');
  const change = { removes: ['u1', 'u5', 'u6'] };
  const gone = await commitRound(eight, person(eight, 0), change);
  const fourth = gone.group.find(({ peerId }) => peerId === 'u4') ?? person(gone.group, 0);
  const updated = await commitRound(gone.group, fourth, {});
  return (await commitRound(updated.group, person(updated.group, 0), { adds: ['u8', 'u9'] })).group;
}

const unmerged = treeWithUnmerged();

const judge = (tree: RatchetTree, context: GroupContext) =>
  checkTree(tree, { ...context, treeHash: hashTree(tree) }, suite);

test('G10 a valid tree with unmerged leaves that the library refuses', async () => {
  const { ratchetTree, groupContext, clientConfig } = stateOf(person(await unmerged, 0));
  const { lifetimeConfig, authService } = clientConfig;
  const library = await validateRatchetTree(
    ratchetTree,
    groupContext,
    lifetimeConfig,
    authService,
    groupContext.treeHash,
    suite,
  );
  expect(library).toBeDefined();
  const roster = await checkTree(ratchetTree, groupContext, suite);
  expect(roster.map(({ peerId }) => peerId)).toContain('u9');
});

type Change = (node: Node | undefined, index: number, tree: RatchetTree) => Node | undefined;

const unmergedAt =
  (at: number, leaves: number[]): Change =>
  (node, index) =>
    index === at ? withUnmerged(node, leaves) : node;

test.each<[string, Change]>([
  ['an unmerged leaf that is blank', unmergedAt(7, [1, 5, 6])],
  ['an unmerged leaf twice', unmergedAt(7, [1, 1, 5])],
  ['an unmerged leaf elsewhere', unmergedAt(3, [1, 5])],
  ['an unmerged leaf beyond the tree', unmergedAt(7, [1, 5, 9])],
  ['unmerged leaves out of order', unmergedAt(7, [5, 1])],
  ['merged below, unmerged above', unmergedAt(3, [])],
  ['unmerged below, merged above', unmergedAt(7, [5])],
  ['a leaf in a parent’s place', (node, index, tree) => (index === 5 ? tree[0] : node)],
  ['a parent in a leaf’s place', (node, index, tree) => (index === 12 ? tree[3] : node)],
  ['a parent that is missing', (node, index) => (index === 11 ? undefined : node)],
])('G10 refused: %s', async (_, change) => {
  const { ratchetTree, groupContext } = stateOf(person(await unmerged, 0));
  await expect(judge(ratchetTree, groupContext)).resolves.toBeDefined();
  await expect(judge(ratchetTree.map(change), groupContext)).rejects.toEqual(bad);
});

function withUnmerged(node: Node | undefined, unmergedLeaves: number[]): Node | undefined {
  if (node?.nodeType !== 'parent') throw new Error('no parent there');
  return { ...node, parent: { ...node.parent, unmergedLeaves } };
}

test('G10 a tree with another hash, a swapped leaf, a leaf of a peer twice', async () => {
  const updated = await commitRound(group, person(group, 0), {});
  const { ratchetTree, groupContext } = stateOf(person(updated.group, 0));
  const wrong = { ...groupContext, treeHash: new Uint8Array(32) };
  await expect(checkTree(ratchetTree, wrong, suite)).rejects.toEqual(bad);
  const [first, , third] = ratchetTree;
  const swapped = ratchetTree.map((node, i) => (i === 0 ? third : i === 2 ? first : node));
  await expect(judge(swapped, groupContext)).rejects.toEqual(bad);
  const twin = await newPackage('p0');
  const double = ratchetTree.map((node, i) =>
    i === 6 ? { nodeType: 'leaf' as const, leaf: twin.publicPackage.leafNode } : node,
  );
  await expect(judge(double, groupContext)).rejects.toEqual(bad);
});

test('G10 a path key that is another’s is found at once', async () => {
  const next = await commitRound(group, person(group, 0), {});
  const { ratchetTree, privatePath } = stateOf(person(next.group, 2));
  expect(() => checkPrivateKeys(ratchetTree, privatePath, 'bad-welcome')).not.toThrow();
  const top = Object.keys(privatePath.privateKeys)
    .map(Number)
    .find((index) => index % 2 === 1);
  const keys = { ...privatePath.privateKeys, [top ?? 0]: new Uint8Array(32).fill(3) };
  const wrong = { ...privatePath, privateKeys: keys };
  expect(() => checkPrivateKeys(ratchetTree, wrong, 'bad-welcome')).toThrow(bad);
  const { leafIndex } = privatePath;
  const none = { leafIndex, privateKeys: {} };
  expect(() => checkPrivateKeys(ratchetTree, none, 'bad-welcome')).toThrow(bad);
});

test('G11 the library’s settings of ours stay what they are', () => {
  expect(CLIENT_CONFIG.keyRetentionConfig).toEqual({
    retainKeysForGenerations: 0,
    retainKeysForEpochs: 16,
    maximumForwardRatchetSteps: 200,
  });
});
