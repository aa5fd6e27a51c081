// GroupKeys as the session uses it: drafts, one commit an epoch, refusals that change nothing, closing.
import { expect, test } from 'vitest';
import { utf8 } from './group-bytes.ts';
import { generationOf, makeGroupId } from './group-id.ts';
import type { GroupKeys } from './group-keys.ts';
import type { EpochFacts } from './mls-membership.ts';
import { createGroupKeys } from './mls-group-keys.ts';

const psk = new Uint8Array(32).fill(9);
const limits = { nowMs: Date.now(), maxBytes: 1_000_000 };
const keysOf = (peerId: string) => createGroupKeys({ peerId, name: `name of ${peerId}`, psk });
const refused = (code: string) => expect.objectContaining({ code });
const nothing = { adds: [], removes: [] };

async function founded(peerId = 'a'): Promise<GroupKeys> {
  const keys = await keysOf(peerId);
  const groupId = makeGroupId(1);
  await keys.draftGroup(groupId, limits.nowMs);
  await keys.adoptDraft(groupId);
  return keys;
}

async function add(to: GroupKeys, newcomer: GroupKeys, peerId: string): Promise<EpochFacts> {
  const keyPackage = await newcomer.makeKeyPackage(limits.nowMs);
  const made = await to.makeCommit({ adds: [{ peerId, keyPackage }], removes: [] }, limits);
  const { groupId, epoch } = (await to.mergeCommit()).epoch;
  const [welcome] = made.welcomes;
  if (welcome === undefined) throw new Error('no welcome');
  const facts = await newcomer.join(welcome.bytes, { groupId, epoch });
  expect(facts.tag).toBe(made.tag);
  return facts;
}

async function pair(): Promise<readonly [GroupKeys, GroupKeys]> {
  const [a, b] = [await founded(), await keysOf('b')];
  await add(a, b, 'b');
  return [a, b];
}

test('G7 a group id is its generation and 12 random bytes', () => {
  const groupId = makeGroupId(3);
  expect(groupId).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect(generationOf(groupId)).toBe(3);
  expect(makeGroupId(3)).not.toBe(groupId);
  expect(() => generationOf('short')).toThrow(refused('bad-envelope'));
});

test('G7 a draft is nothing until it is adopted, and is gone when another group won', async () => {
  const keys = await keysOf('a');
  const groupId = makeGroupId(1);
  await expect(keys.makeCommit(nothing, limits)).rejects.toEqual(refused('no-group'));
  await keys.draftGroup(groupId, limits.nowMs);
  await expect(keys.sealMessage(1, utf8('x'))).rejects.toEqual(refused('no-group'));
  await expect(keys.adoptDraft(makeGroupId(1))).rejects.toEqual(refused('no-group'));
  const winner = await founded('w');
  await add(winner, keys, 'a');
  await expect(keys.adoptDraft(groupId)).rejects.toEqual(refused('no-group'));
});

test('G6 the roster says who is in the group, by names that they signed', async () => {
  const [a, b] = [await founded(), await keysOf('b')];
  const facts = await add(a, b, 'b');
  expect(facts.roster.map(({ peerId, name, leaf }) => [peerId, name, leaf])).toEqual([
    ['a', 'name of a', 0],
    ['b', 'name of b', 1],
  ]);
});

test('G17 one commit an epoch: after it was dropped, none is made until the epoch ends', async () => {
  const [a, b] = await pair();
  const mine = await a.makeCommit(nothing, limits);
  await expect(a.makeCommit(nothing, limits)).rejects.toEqual(refused('commit-made'));
  await a.dropCommit();
  await expect(a.makeCommit(nothing, limits)).rejects.toEqual(refused('commit-made'));
  await expect(a.mergeCommit()).rejects.toEqual(refused('no-pending'));
  // One's own message id in the log, and what was pending is gone: not to be followed.
  await expect(a.acceptCommit(mine.commit, 'a')).rejects.toEqual(refused('bad-commit'));
  const theirs = await b.makeCommit(nothing, limits);
  await expect(a.acceptCommit(theirs.commit, 'b')).resolves.toMatchObject({ kind: 'member' });
  await expect(a.makeCommit(nothing, limits)).resolves.toBeDefined();
});

test('G16 a refused commit changes nothing: messages and the next commit go through', async () => {
  const [a, b] = await pair();
  const { commit } = await b.makeCommit(nothing, limits);
  const garbage = commit.map((byte, index) => (index === 200 ? byte ^ 1 : byte));
  await expect(a.acceptCommit(garbage, 'b')).rejects.toEqual(refused('bad-commit'));
  const { bytes } = await b.sealMessage(1, utf8('still here'));
  expect((await a.openMessage(bytes)).body).toEqual(utf8('still here'));
  expect(await a.acceptCommit(commit, 'b')).toMatchObject({ kind: 'member', removed: false });
});

test('G13 G16 a commit in another’s name is refused, whoever that is; in its maker’s it is taken', async () => {
  const [a, b] = await pair();
  const { commit } = await b.makeCommit(nothing, limits);
  for (const by of ['a', 'c', '']) {
    await expect(a.acceptCommit(commit, by)).rejects.toEqual(refused('bad-commit'));
  }
  expect(await a.acceptCommit(commit, 'b')).toMatchObject({ kind: 'member', removed: false });
});

test('G19 sequence numbers go on across a rejoin of the same tab', async () => {
  const [a, b] = await pair();
  await a.openMessage((await b.sealMessage(1, utf8('one'))).bytes);
  const first = (await b.makeCommit(nothing, limits)).commit;
  await a.acceptCommit(first, 'b');
  // b lost its way and comes again, under the same signature key.
  const facts = await add(a, b, 'b');
  expect(facts.roster.map(({ peerId }) => peerId)).toEqual(['a', 'b']);
  const message = await a.openMessage((await b.sealMessage(1, utf8('two'))).bytes);
  expect(message).toMatchObject({ seq: 1, sender: { peerId: 'b' } });
});

test('G20 a forgotten epoch’s late messages are dropped', async () => {
  const [a, b] = await pair();
  const late = await b.sealMessage(1, utf8('late'));
  const later = await b.sealMessage(1, utf8('later'));
  const { commit } = await b.makeCommit(nothing, limits);
  const accepted = await a.acceptCommit(commit, 'b');
  if (accepted.kind !== 'member') throw new Error('removed');
  await expect(a.openMessage(late.bytes)).resolves.toMatchObject({ seq: 0 });
  const { groupId, epoch } = accepted.epoch;
  await a.forgetEpoch({ groupId, epoch: epoch - 1 });
  await a.forgetEpoch({ groupId, epoch });
  await expect(a.openMessage(later.bytes)).rejects.toEqual(refused('unknown-epoch'));
});

test('G37 all members have one safety code, and whoever is elsewhere another', async () => {
  const [a, b] = await pair();
  const code = await a.safetyCode();
  expect(code.digits).toHaveLength(6);
  expect(await b.safetyCode()).toEqual(code);
  const [c] = await pair();
  expect((await c.safetyCode()).digits).not.toEqual(code.digits);
});

test('G36 closed keys do nothing any more, and close twice', async () => {
  const [a] = await pair();
  a.close();
  a.close();
  await expect(a.sealMessage(1, utf8('x'))).rejects.toEqual(refused('closed'));
});

test('G36 what was under way when the keys were closed gives nothing', async () => {
  const [a, b] = await pair();
  const { commit } = await b.makeCommit(nothing, limits);
  const underWay = [a.sealMessage(1, utf8('x')), a.acceptCommit(commit, 'b'), a.safetyCode()];
  a.close();
  for (const each of underWay) await expect(each).rejects.toEqual(refused('closed'));
});
