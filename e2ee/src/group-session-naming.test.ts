// Who is a member of the group that the record names: whoever shows that it has the group's keys.
import { expect, test } from 'vitest';
import type { MadeMessage } from './group-session-types.ts';
import { tagHash } from './mls-membership.ts';
import { sentCommits, worldOf } from './testing/group-rooms.ts';
import type { GroupWorld } from './testing/group-world.ts';

function pointOf(world: GroupWorld) {
  const { group } = world.server.view();
  if (group === null) throw new Error('no group');
  return { groupId: group.groupId, epoch: group.epoch };
}

const garbage = (world: GroupWorld, tag: string): MadeMessage => ({
  messageId: 'garbage',
  group: pointOf(world),
  tagHash: tagHash(tag),
  envelope: new Uint8Array(300).fill(1),
  welcomes: [],
});

const naming = (world: GroupWorld, tag: string) => {
  const group = pointOf(world);
  return { type: 'send-create', group, prev: group, tag } as const;
};

const membersOf = (world: GroupWorld) => new Set(world.server.view().group?.members);

test('G24 G36 nobody becomes a member by naming a group whose keys it has not', async () => {
  const world = await worldOf(3);
  world.server.join('ghost');
  const { groupId, tag } = world.lastEpoch('a');
  // All that a room shows of an epoch is the hash of its tag.
  for (const wrong of ['AAAAAAAAAAA', tagHash(tag)]) {
    const refused = world.server.create('ghost', naming(world, wrong));
    expect(refused).toEqual({ messageId: groupId, code: 'denied' });
  }
  expect(membersOf(world)).toEqual(new Set(['a', 'b', 'c']));
  expect(world.server.commit('ghost', garbage(world, tag))).toMatchObject({ code: 'denied' });
  await world.join('x');
  await world.pass(3000);
  expect(world.lastEpoch('x').groupId).toBe(groupId);
});

test('G29 the author of garbage is no member any more, and names itself none', async () => {
  const world = await worldOf(4);
  const { tag } = world.lastEpoch('c');
  world.server.commit('c', garbage(world, tag));
  for (const by of ['a', 'b', 'd']) world.server.badCommit(by, 'garbage');
  expect(membersOf(world)).toEqual(new Set(['a', 'b', 'd']));
  const { groupId } = pointOf(world);
  expect(world.server.create('c', naming(world, tag))).toEqual({
    messageId: groupId,
    code: 'denied',
  });
  const { runner, inbox } = world.client('a');
  for (const event of inbox.splice(0)) runner.handle(event);
  expect(runner.state().room?.group?.members).not.toContain('c');
  await world.converge(120_000);
});

test('G36 a record with another group of one’s group’s name: named in vain, one comes in again', async () => {
  const world = await worldOf(3);
  const before = world.lastEpoch('a');
  const { create } = world.server;
  world.server.create = (by, message) =>
    create(by, by === 'a' ? message : { ...message, tag: 'AAAAAAAAAAA' });
  world.server.forgetEverything();
  for (const peerId of ['a', 'b']) {
    const { runner } = world.client(peerId);
    runner.handle({ type: 'record', room: world.server.view(), commits: [] });
  }
  expect(membersOf(world)).toEqual(new Set(['a']));
  world.server.create = create;
  await world.pass(100);
  const asked = world.client('b').effects.filter(({ type }) => type === 'send-key-package');
  expect(asked).toHaveLength(2);
  await world.converge(60_000);
  expect(world.lastEpoch('b').groupId).toBe(before.groupId);
});

test('G36 told to wait, or without an answer, one names one’s group again', async () => {
  const world = await worldOf(2);
  const { create } = world.server;
  const answers = ['rate', 'lost'] as const;
  let asked = 0;
  world.server.create = (by, message) => {
    if (by !== 'b') return create(by, message);
    const code = answers[asked];
    asked += 1;
    return code === undefined ? create(by, message) : { messageId: message.group.groupId, code };
  };
  world.loseRecord();
  await world.pass(5000);
  expect(asked).toBe(3);
  expect(membersOf(world)).toEqual(new Set(['a', 'b']));
});

test('G22 G28 a commit shows the hash of its epoch’s tag, and never the tag', async () => {
  const world = await worldOf(2);
  await world.join('x');
  await world.converge(3000);
  const { tag } = world.lastEpoch('x');
  const made = sentCommits(world, 'a').at(-1);
  expect(made?.tagHash).toBe(tagHash(tag));
  expect(JSON.stringify(made)).not.toContain(tag);
  expect(tagHash('AAECAwQFBgc')).toBe('ioUf-C7nBIo');
});
