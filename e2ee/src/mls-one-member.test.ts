// A group never continues from one member: the library's fault, and that ours has it not.
import { expect, test } from 'vitest';
import {
  LIMITS,
  PSK,
  commitRound,
  groupOf,
  newGroup,
  person,
  stateOf,
  suite,
} from './testing/group-people.ts';
import { followWithZeros, rawCommit, removal } from './testing/hostile-commits.ts';
import { acceptCommit } from './mls-accept.ts';
import { makeCommit } from './mls-commit.ts';

const authenticator = (member: Parameters<typeof stateOf>[0]) =>
  stateOf(member).keySchedule.epochAuthenticator;

test('G9 the fault: whoever left a group of two follows the library with zeros', async () => {
  const group = await groupOf(2);
  const { bytes, state } = await rawCommit(person(group, 0), [removal(1)]);
  const followed = await followWithZeros(person(group, 1), bytes);
  expect(followed).toEqual(state.keySchedule.epochAuthenticator);
});

test('G9 a commit that would leave one member is refused, and so is a lone update', async () => {
  const group = await groupOf(3);
  const refused = expect.objectContaining({ code: 'one-member' });
  const { membership } = person(group, 0);
  const wish = { adds: [], removes: ['p1', 'p2'] };
  await expect(makeCommit(membership, wish, PSK, LIMITS, suite)).rejects.toEqual(refused);
  const alone = await newGroup();
  const nothing = { adds: [], removes: [] };
  await expect(makeCommit(alone.membership, nothing, PSK, LIMITS, suite)).rejects.toEqual(refused);
});

test('G9 after 2 → 1 → 2 the leaver, following with zeros, cannot derive', async () => {
  const pair = await groupOf(2);
  const [survivor, leaver] = [person(pair, 0), person(pair, 1)];
  // The survivor drops the group: the next one is new, one generation up.
  const next = await newGroup(survivor.peerId, 2);
  const { group, made } = await commitRound([next], next, { adds: ['p2'] });
  const welcomed = person(group, 1);
  expect(authenticator(person(group, 0))).toEqual(authenticator(welcomed));
  await expect(followWithZeros(leaver, made.commit)).rejects.toThrow();
  await expect(acceptCommit(leaver.membership, made.commit, PSK, suite)).rejects.toEqual(
    expect.objectContaining({ code: 'bad-commit' }),
  );
});

test('G9 one goes and one comes in the same commit: the leaver with zeros cannot derive', async () => {
  const group = await groupOf(2);
  const leaver = person(group, 1);
  const change = { adds: ['p2'], removes: ['p1'] };
  const round = await commitRound(group, person(group, 0), change);
  const followed = await followWithZeros(leaver, round.made.commit);
  for (const member of round.group) expect(authenticator(member)).not.toEqual(followed);
});

test('G9 a removed member cannot derive the next epoch, nor the ones after', async () => {
  const group = await groupOf(5);
  const gone = person(group, 3);
  const round = await commitRound(group, person(group, 1), { removes: ['p3'] });
  expect(await acceptCommit(gone.membership, round.made.commit, PSK, suite)).toMatchObject({
    kind: 'removed',
  });
  const followed = await followWithZeros(gone, round.made.commit);
  expect(followed).not.toEqual(authenticator(person(round.group, 0)));
  const later = await commitRound(round.group, person(round.group, 0), { adds: ['p5'] });
  await expect(followWithZeros(gone, later.made.commit)).rejects.toThrow();
});

test('G13 a member whose leaf is taken by a newcomer in the same commit knows that it is out', async () => {
  const group = await groupOf(3);
  const gone = person(group, 1);
  const round = await commitRound(group, person(group, 0), { adds: ['p9'], removes: ['p1'] });
  expect(await acceptCommit(gone.membership, round.made.commit, PSK, suite)).toMatchObject({
    kind: 'removed',
  });
});
