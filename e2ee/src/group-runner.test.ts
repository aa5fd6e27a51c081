// The runner around the pure session: what comes from outside can be anything and ends nothing.
import { expect, test } from 'vitest';
import { GroupError } from './group-errors.ts';
import { phaseOf, rosterOf, worldOf } from './testing/group-rooms.ts';
import { GroupWorld } from './testing/group-world.ts';

const UNSPEAKABLE = 'AAAAAVPQCrcZzq1g46Wiux';

test('G16 G36 what the session cannot take is dropped, and it goes on as if it had never come', async () => {
  const world = await worldOf(2);
  const { runner } = world.client('b');
  const before = runner.state();
  const group = { groupId: UNSPEAKABLE, epoch: 0 };
  const commit = { messageId: 'm', by: 'a', group, tagHash: 't', envelope: new Uint8Array() };
  runner.handle({ type: 'commit', commit: { ...commit, welcomed: ['b'] } });
  const room = { ...world.server.view(), group: { ...group, members: [] }, peers: new Map() };
  runner.handle({ type: 'record', room, commits: [] });
  expect(runner.state()).toBe(before);
  await world.join('x');
  await world.converge(3000);
  expect(new Set(rosterOf(world, 'b'))).toEqual(new Set(['a', 'b', 'x']));
});

test('G25 G30 a key package that cannot be made: the page is told, and it is tried again', async () => {
  const world = new GroupWorld(1);
  await world.join('a');
  await world.settle();
  const b = await world.join('b');
  const { keys } = b;
  const makeKeyPackage = keys.makeKeyPackage.bind(keys);
  keys.makeKeyPackage = () => Promise.reject(new GroupError('bad-envelope', 'none today'));
  await world.pass(1000);
  expect(b.effects).toContainEqual({ type: 'tell', trouble: 'cannot-follow' });
  expect(phaseOf(world, 'b').name).toBe('rejoin');
  keys.makeKeyPackage = makeKeyPackage;
  await world.converge(40_000);
  expect(rosterOf(world, 'a')).toEqual(['a', 'b']);
});

test('G30 whoever comes in again has the page told of it, at once', async () => {
  const world = await worldOf(3);
  const { runner, effects } = world.client('c');
  expect(effects.filter(({ type }) => type === 'tell')).toEqual([]);
  // Behind, removed without a kick, or with other keys: all lead to the same wait.
  const room = world.server.view();
  const { group } = room;
  if (group === null) throw new Error('no group');
  const ahead = { ...room, group: { ...group, epoch: group.epoch + 3 } };
  runner.handle({ type: 'record', room: ahead, commits: [] });
  expect(effects.filter(({ type }) => type === 'tell')).toEqual([
    { type: 'tell', trouble: 'cannot-follow' },
  ]);
});
