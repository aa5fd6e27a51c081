// Group sessions in trouble: garbage, gaps, leaves, kicks, a lost record; and the end of epochs.
import { expect, test } from 'vitest';
import { utf8 } from './group-bytes.ts';
import { generationOf, makeGroupId } from './group-id.ts';
import type { SessionEvent } from './group-runner.ts';
import type { MadeMessage } from './group-session-types.ts';
import { phaseOf, rosterOf, sentCommits, withhold, worldOf } from './testing/group-rooms.ts';
import { GroupWorld } from './testing/group-world.ts';

const garbage = (world: GroupWorld): MadeMessage => {
  const { groupId, epoch } = world.lastEpoch('a');
  return {
    messageId: 'garbage',
    group: { groupId, epoch },
    tagHash: 'AAAAAAAAAAA',
    envelope: new Uint8Array(300).fill(1),
    welcomes: [],
  };
};

test('G29 garbage for all: a new group without its author, who comes back after a minute', async () => {
  const world = await worldOf(4);
  const { groupId } = world.lastEpoch('a');
  world.server.commit('c', garbage(world));
  await world.pass(5000);
  const next = world.lastEpoch('a');
  expect(generationOf(next.groupId)).toBe(generationOf(groupId) + 1);
  expect(new Set(next.roster.map(({ peerId }) => peerId))).toEqual(new Set(['a', 'b', 'd']));
  const reports = world.client('b').effects.filter(({ type }) => type === 'send-bad-commit');
  expect(reports).toHaveLength(1);
  await world.pass(50_000);
  expect(rosterOf(world, 'a')).not.toContain('c');
  await world.converge(60_000);
  expect(rosterOf(world, 'a')).toContain('c');
});

test('G29 garbage for one: it keeps its keys, then rejoins alone and the group stays', async () => {
  const world = await worldOf(4);
  const { groupId, epoch } = world.lastEpoch('d');
  world.tamper = (to, event) =>
    to === 'd' && event.type === 'commit'
      ? { ...event, commit: { ...event.commit, envelope: new Uint8Array(300) } }
      : event;
  await world.join('x');
  await world.pass(1000);
  expect(phaseOf(world, 'd')).toMatchObject({ name: 'stuck', point: { groupId, epoch } });
  expect(world.client('d').effects.some(({ type }) => type === 'wipe')).toBe(false);
  world.tamper = (_, event) => event;
  await world.converge(5000);
  expect(world.lastEpoch('d').groupId).toBe(groupId);
  expect(new Set(rosterOf(world, 'a'))).toEqual(new Set(['a', 'b', 'c', 'd', 'x']));
});

test('G25 a record that was never so: no welcome comes by it, so it is asked for anew', async () => {
  const world = await worldOf(3);
  const groupId = makeGroupId(7);
  const { runner } = world.client('c');
  // Of somebody who is not there; and it hides all commits of the group that there is.
  runner.handle({ type: 'peer-connected', peerId: 'nobody' });
  runner.handle({ type: 'group-created', group: { groupId, epoch: 0 }, by: 'nobody' });
  await world.pass(40_000);
  expect(world.client('c').effects).toContainEqual({ type: 'ask-record' });
  await world.converge(60_000);
  expect(rosterOf(world, 'a')).toContain('c');
});

test('G28 a record taken anew keeps the commits that wait for their turn', async () => {
  const world = await worldOf(3);
  const held: SessionEvent[] = [];
  world.tamper = (to, event) => {
    if (to !== 'c' || event.type !== 'commit') return event;
    held.push(event);
    return null;
  };
  for (const peerId of ['a', 'b']) {
    world.client(peerId).runner.handle({ type: 'messages-sent', count: 150 });
    await world.pass(500);
  }
  expect(held).toHaveLength(2);
  const { runner, effects } = world.client('c');
  for (const event of held) runner.handle(event);
  // As the page says it: the room as it is, and no commits.
  runner.handle({ type: 'record', room: world.server.view(), commits: [] });
  const asked = effects.filter(({ type }) => type === 'send-key-package').length;
  await world.pass(1000);
  expect(world.troubles()).toEqual([]);
  expect(effects.filter(({ type }) => type === 'send-key-package')).toHaveLength(asked);
});

test('G30 no second rejoin within 30 s', async () => {
  const world = await worldOf(3);
  world.tamper = (to, event) =>
    to === 'c' && event.type === 'commit'
      ? { ...event, commit: { ...event.commit, tagHash: 'AAAAAAAAAAA' } }
      : event;
  await world.join('x');
  await world.pass(25_000);
  const asked = () =>
    world.client('c').effects.filter(({ type }) => type === 'send-key-package').length;
  const first = asked();
  await world.pass(120_000);
  // Its own first join, and one for each 30 s of a server that lies about tags.
  expect(first).toBeLessThanOrEqual(3);
  expect(asked()).toBeLessThanOrEqual(8);
  world.tamper = (_, event) => event;
  await world.converge(60_000);
});

test('G30 a server that withholds a commit: who is behind comes in again', async () => {
  const world = await worldOf(3);
  world.disconnect('c');
  await world.join('x');
  await world.converge(3000);
  world.reconnect('c');
  await world.converge(5000);
  expect(new Set(rosterOf(world, 'c'))).toEqual(new Set(['a', 'b', 'c', 'x']));
});

test('G28 one’s own commit taken and never told of: one comes in again', async () => {
  const world = await worldOf(3);
  withhold(world, 'a');
  world.client('a').runner.handle({ type: 'messages-sent', count: 150 });
  await world.pass(5000);
  expect(phaseOf(world, 'a').name).toBe('committing');
  await world.converge(30_000);
  expect(new Set(rosterOf(world, 'a'))).toEqual(new Set(['a', 'b', 'c']));
});

test('G24 a create without an answer is sent again after a while, not at once', async () => {
  const world = new GroupWorld(1);
  const { create } = world.server;
  world.server.create = (_, { group }) => ({ messageId: group.groupId, code: 'lost' });
  await world.join('a');
  await world.pass(4100);
  const creates = () =>
    world.client('a').effects.flatMap((effect) => (effect.type === 'send-create' ? [effect] : []));
  expect(creates().length).toBe(6);
  expect(new Set(creates().map(({ group }) => group.groupId)).size).toBe(1);
  world.server.create = create;
  await world.converge(1000);
});

test('G30 a commit that never came: found by the next one, and come back from', async () => {
  const world = await worldOf(3);
  withhold(world, 'c');
  world.client('a').runner.handle({ type: 'messages-sent', count: 150 });
  await world.pass(10_000);
  expect(world.lastEpoch('c').epoch).toBe(world.lastEpoch('a').epoch - 1);
  world.client('b').runner.handle({ type: 'messages-sent', count: 150 });
  await world.converge(5000);
  expect(new Set(rosterOf(world, 'c'))).toEqual(new Set(['a', 'b', 'c']));
});

test('G31 senders switch when all are ready', async () => {
  const world = await worldOf(2);
  await world.join('x');
  await world.converge(2000);
  for (const peerId of ['a', 'b', 'x']) {
    const { groupId, epoch } = world.lastEpoch(peerId);
    expect(world.client(peerId).runner.state().epochs.sending).toEqual({ groupId, epoch });
  }
});

test('G31 senders switch 1000 ms after an Add where ready is withheld', async () => {
  const world = await worldOf(2);
  world.tamper = (_, event) => (event.type === 'epoch-ready' ? null : event);
  await world.pass(2000);
  const before = world.lastEpoch('b').epoch;
  await world.join('x');
  while (world.lastEpoch('b').epoch === before) await world.pass(10);
  await world.pass(950);
  expect(world.client('b').runner.state().epochs.sending?.epoch).toBe(before);
  await world.pass(100);
  expect(world.client('b').runner.state().epochs.sending?.epoch).toBe(before + 1);
});

test('G32 an ended epoch is wiped after 10 s, frames and late messages alike', async () => {
  const world = await worldOf(3);
  const { groupId, epoch } = world.lastEpoch('a');
  const late = await world.client('b').keys.sealMessage(1, utf8('late'));
  const tooLate = await world.client('b').keys.sealMessage(1, utf8('too late'));
  world.leave('c');
  await world.converge(1000);
  await expect(world.client('a').keys.openMessage(late.bytes)).resolves.toMatchObject({ seq: 0 });
  await world.pass(10_500);
  const wiped = { type: 'wipe', group: { groupId, epoch } };
  expect(world.client('a').effects).toContainEqual(wiped);
  await expect(world.client('a').keys.openMessage(tooLate.bytes)).rejects.toMatchObject({
    code: 'unknown-epoch',
  });
});

test('G33 each member gets a new path within the hour; 150 messages bring one at once', async () => {
  const world = await worldOf(2);
  const before = world.lastEpoch('a').epoch;
  await world.pass(60 * 60_000);
  expect(sentCommits(world, 'b').length).toBeGreaterThan(0);
  expect(world.troubles()).toEqual([]);
  const { epoch } = world.lastEpoch('a');
  expect(epoch).toBeGreaterThan(before + 1);
  world.client('b').runner.handle({ type: 'messages-sent', count: 150 });
  await world.pass(10);
  expect(world.lastEpoch('a').epoch).toBe(epoch + 1);
});

test('G35 a kicked client wipes its keys, is removed and does not come back', async () => {
  const world = await worldOf(3);
  world.leave('c', true);
  await world.pass(60_000);
  expect(phaseOf(world, 'c').name).toBe('over');
  expect(world.client('c').effects.slice(-2)).toEqual([
    { type: 'tell', trouble: 'put-out' },
    { type: 'wipe-all' },
  ]);
  expect(rosterOf(world, 'a')).toEqual(['a', 'b']);
});

test('G36 the record is lost: the group is named again and nobody begins anew', async () => {
  const world = await worldOf(4);
  const { groupId, epoch } = world.lastEpoch('a');
  world.loseRecord();
  await world.settle();
  expect(world.server.view().group).toMatchObject({ groupId, epoch });
  expect(new Set(world.server.view().group?.members)).toEqual(new Set(['a', 'b', 'c', 'd']));
  await world.join('x');
  await world.converge(3000);
  expect(world.lastEpoch('x').groupId).toBe(groupId);
});

test('G33 G41 149 messages bring no update; a wish for one brings it at once', async () => {
  const world = await worldOf(2);
  const { epoch } = world.lastEpoch('a');
  world.client('b').runner.handle({ type: 'messages-sent', count: 149 });
  await world.pass(1000);
  expect(world.lastEpoch('a').epoch).toBe(epoch);
  world.client('b').runner.handle({ type: 'update-wanted' });
  world.client('b').runner.handle({ type: 'update-wanted' });
  await world.pass(10);
  expect(world.lastEpoch('a').epoch).toBe(epoch + 1);
  await world.pass(5000);
  expect(world.lastEpoch('a').epoch).toBe(epoch + 1);
});

test('G41 a wish for an update stays where a key package of noise spoils the commit', async () => {
  const world = await worldOf(2);
  const { epoch } = world.lastEpoch('b');
  world.server.join('evil');
  world.server.keyPackage('evil', 'noise', new Uint8Array(400).fill(3));
  for (const event of world.client('b').inbox.splice(0)) world.client('b').runner.handle(event);
  world.client('b').runner.handle({ type: 'update-wanted' });
  await world.pass(100);
  expect(world.lastEpoch('b').epoch).toBe(epoch + 1);
});
