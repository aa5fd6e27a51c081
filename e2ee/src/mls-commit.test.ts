// What a commit must pass, shown by commits that a hostile member can make and we never would. Each
// refusal leaves the state as it was: the honest commit of the same epoch is taken afterwards.
import { type Proposal, createProposal, encodeMlsMessage, processPrivateMessage } from 'ts-mls';
import { emptyPskIndex, joinGroupExternal } from 'ts-mls';
import { createGroupInfoWithExternalPubAndRatchetTree } from 'ts-mls/createCommit.js';
import { encodeGroupState } from 'ts-mls/clientState.js';
import { beforeAll, expect, test } from 'vitest';
import { utf8 } from './group-bytes.ts';
import { acceptCommit } from './mls-accept.ts';
import { makeCommit } from './mls-commit.ts';
import { decodeMessage, pskProposal } from './mls-suite.ts';
import {
  type Group,
  LIMITS,
  PSK,
  commitRound,
  groupOf,
  newPackage,
  person,
  stateOf,
  suite,
} from './testing/group-people.ts';
import { rawCommit, removal } from './testing/hostile-commits.ts';
import { seeded } from './testing/seeded.ts';

let group: Group = [];
beforeAll(async () => {
  group = await groupOf(4);
});

const bad = expect.objectContaining({ code: 'bad-commit' });
const accept = (bytes: Uint8Array, index = 2) =>
  acceptCommit(person(group, index).membership, bytes, PSK, suite);

const addition = async (peerId: string): Promise<Proposal> => {
  const { publicPackage } = await newPackage(peerId);
  return { proposalType: 'add', add: { keyPackage: publicPackage } };
};
const pskOf = (id: string, nonceBytes: number): Proposal => ({
  proposalType: 'psk',
  psk: {
    preSharedKeyId: {
      psktype: 'external',
      pskId: utf8(id),
      pskNonce: new Uint8Array(nonceBytes),
    },
  },
});

test('G12 an Add under the link’s key is taken; without the key in hand it is not', async () => {
  const { bytes } = await rawCommit(person(group, 1), [await addition('n1'), pskProposal()]);
  expect(await accept(bytes)).toMatchObject({ kind: 'member' });
  const wrong = new Uint8Array(32).fill(1);
  const { membership } = person(group, 2);
  await expect(acceptCommit(membership, bytes, wrong, suite)).rejects.toEqual(bad);
});

test.each<[string, () => Promise<Proposal[]>]>([
  ['an Add without the key', async () => [await addition('n1')]],
  ['the key without an Add', async () => [removal(3), pskProposal()]],
  ['another key’s id', async () => [await addition('n1'), pskOf('sotto link v2', 32)]],
  ['a nonce too short', async () => [await addition('n1'), pskOf('sotto link v1', 16)]],
  ['two keys', async () => [await addition('n1'), pskProposal(), pskProposal()]],
  [
    'group context extensions',
    () =>
      Promise.resolve([
        {
          proposalType: 'group_context_extensions',
          groupContextExtensions: { extensions: [] },
        } satisfies Proposal,
      ]),
  ],
  [
    'a reinit',
    () =>
      Promise.resolve([
        {
          proposalType: 'reinit',
          reinit: {
            groupId: new Uint8Array(16),
            version: 'mls10',
            cipherSuite: suite.name,
            extensions: [],
          },
        } satisfies Proposal,
      ]),
  ],
  [
    'a proposal of a type of its own',
    () => Promise.resolve([{ proposalType: 0xf001, proposalData: new Uint8Array(1) }]),
  ],
])('G13 %s is refused', async (_, proposals) => {
  const { bytes } = await rawCommit(person(group, 1), await proposals());
  await expect(accept(bytes)).rejects.toEqual(bad);
});

test('G13 a peer that is there, and a key that is there, come in no second time', async () => {
  const double = await rawCommit(person(group, 1), [await addition('p0'), pskProposal()]);
  await expect(accept(double.bytes)).rejects.toEqual(bad);
  const twice = [await addition('n1'), await addition('n1'), pskProposal()];
  await expect(accept((await rawCommit(person(group, 1), twice)).bytes)).rejects.toEqual(bad);
});

test('G13 a key package that was used before is refused by all who saw it', async () => {
  const own = await newPackage('n1');
  const wish = { adds: [{ peerId: 'n1', keyPackage: own.bytes }], removes: [] };
  const founder = person(group, 0);
  const made = await makeCommit(founder.membership, wish, PSK, LIMITS, suite);
  const first = await accept(made.commit);
  if (first.kind !== 'member') throw new Error('removed');
  const joined: Group = [
    { peerId: 'p0', membership: made.next },
    { peerId: 'p2', membership: first.next },
  ];
  const out = await makeCommit(
    person(joined, 0).membership,
    { adds: [], removes: ['n1'] },
    PSK,
    LIMITS,
    suite,
  );
  const without = await acceptCommit(person(joined, 1).membership, out.commit, PSK, suite);
  if (without.kind !== 'member') throw new Error('removed');
  const replay: Proposal = { proposalType: 'add', add: { keyPackage: own.publicPackage } };
  const hostile = { peerId: 'p0', membership: out.next };
  const { bytes } = await rawCommit(hostile, [replay, pskProposal()]);
  await expect(acceptCommit(without.next, bytes, PSK, suite)).rejects.toEqual(bad);
  // A committer leaves it out and asks no more.
  await expect(makeCommit(out.next, wish, PSK, LIMITS, suite)).rejects.toEqual(bad);
});

test('G12 stray proposals are refused, and none rides along in the next commit', async () => {
  const stray = await createProposal(stateOf(person(group, 1)), false, removal(3), suite);
  const bytes = encodeMlsMessage(stray.message);
  await expect(accept(bytes)).rejects.toEqual(bad);
  // The fault: the library takes it, and then chat and the next commit have it with them.
  const { privateMessage } = decodeMessage(bytes, 'mls_private_message', 'bad-commit');
  const taken = await processPrivateMessage(
    stateOf(person(group, 2)),
    privateMessage,
    emptyPskIndex,
    suite,
  );
  expect(Object.keys(taken.newState.unappliedProposals)).toHaveLength(1);
  // The proposer's own next commit refers to it: by reference, refused.
  const hostile = {
    peerId: 'p1',
    membership: { ...person(group, 1).membership, state: stray.newState },
  };
  await expect(accept((await rawCommit(hostile, [])).bytes)).rejects.toEqual(bad);
});

test('G12 public messages and external commits are refused', async () => {
  const open = await rawCommit(person(group, 1), [], { wireAsPublicMessage: true });
  await expect(accept(open.bytes)).rejects.toEqual(bad);
  const info = await createGroupInfoWithExternalPubAndRatchetTree(
    stateOf(person(group, 1)),
    [],
    suite,
  );
  const outsider = await newPackage('n1');
  const { publicMessage } = await joinGroupExternal(
    info,
    outsider.publicPackage,
    outsider.privatePackage,
    false,
    suite,
  );
  const external = encodeMlsMessage({
    version: 'mls10',
    wireformat: 'mls_public_message',
    publicMessage,
  });
  await expect(accept(external)).rejects.toEqual(bad);
});

test('G13 authenticated data and an application message are no commit', async () => {
  const data = { authenticatedData: utf8('x') };
  await expect(accept((await rawCommit(person(group, 1), [], data)).bytes)).rejects.toEqual(bad);
});

test('G13 a committer that changes its name or signature key is refused', async () => {
  const { membership } = person(group, 1);
  const { ratchetTree } = membership.state;
  const own = ratchetTree[2];
  if (own?.nodeType !== 'leaf') throw new Error('no leaf');
  const [renamed] = (await newPackage('other')).publicPackage.leafNode.extensions;
  if (renamed === undefined) throw new Error('no name');
  const leaf = { ...own.leaf, extensions: [renamed] };
  // The library signs the path's leaf with whatever its own tree says.
  const tree = ratchetTree.map((node, at) =>
    at === 2 ? { nodeType: 'leaf' as const, leaf } : node,
  );
  const state = { ...membership.state, ratchetTree: tree };
  const hostile = { peerId: 'p1', membership: { ...membership, state } };
  await expect(accept((await rawCommit(hostile, [])).bytes)).rejects.toEqual(bad);
});

test('G16 stale, replayed, own and garbage commits change nothing', async () => {
  const before = encodeGroupState(stateOf(person(group, 2)));
  const honest = await rawCommit(person(group, 1), []);
  const own = await rawCommit(person(group, 2), []);
  await expect(accept(own.bytes)).rejects.toEqual(bad);
  const random = seeded(4);
  for (let flips = 0; flips < 40; flips += 1) {
    const at = random.int(honest.bytes.length * 8);
    const garbage = honest.bytes.map((byte, i) => (i === at >> 3 ? byte ^ (1 << (at & 7)) : byte));
    await expect(accept(garbage), `seed 4 bit ${at}`).rejects.toEqual(bad);
  }
  for (const length of [0, 1, 20, honest.bytes.length - 1]) {
    await expect(accept(honest.bytes.slice(0, length))).rejects.toEqual(bad);
  }
  await expect(accept(new Uint8Array([...honest.bytes, 0]))).rejects.toEqual(bad);
  expect(encodeGroupState(stateOf(person(group, 2)))).toEqual(before);

  const taken = await accept(honest.bytes);
  if (taken.kind !== 'member') throw new Error('removed');
  await expect(acceptCommit(taken.next, honest.bytes, PSK, suite)).rejects.toEqual(bad);
});

test('G16 one of two racing commits wins and the loser follows it', async () => {
  const one = await rawCommit(person(group, 1), [removal(3)]);
  const two = await rawCommit(person(group, 2), []);
  // Both were made in one epoch; the record took the first.
  const follower = await accept(one.bytes, 0);
  const loser = await accept(one.bytes, 2);
  if (follower.kind !== 'member' || loser.kind !== 'member') throw new Error('removed');
  expect(loser.next.state.keySchedule).toEqual(follower.next.state.keySchedule);
  await expect(acceptCommit(follower.next, two.bytes, PSK, suite)).rejects.toEqual(bad);
});

test('G13 removing keeps the update path: a regression of other versions of the library', async () => {
  const { made, group: rest } = await commitRound(group, person(group, 0), { removes: ['p3'] });
  expect(rest).toHaveLength(3);
  const follower = await accept(made.commit);
  if (follower.kind !== 'member') throw new Error('removed');
  const leaf = follower.next.state.ratchetTree[0];
  expect(leaf?.nodeType === 'leaf' && leaf.leaf.leafNodeSource).toBe('commit');
});
