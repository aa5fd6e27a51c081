// Who is left alone in a room, and who comes to one that all have left.
import { expect, test } from 'vitest';
import { generationOf } from './group-id.ts';
import { rosterOf, worldOf } from './testing/group-rooms.ts';

test('G34 the sole survivor begins a new group 300 ms later: the leaver has the old one’s keys', async () => {
  const world = await worldOf(2);
  const { groupId, epoch } = world.lastEpoch('a');
  world.leave('b');
  await world.pass(290);
  expect(world.lastEpoch('a')).toMatchObject({ groupId, epoch });
  await world.pass(20);
  const alone = world.lastEpoch('a');
  expect(generationOf(alone.groupId)).toBe(generationOf(groupId) + 1);
  expect(rosterOf(world, 'a')).toEqual(['a']);
  const { sending } = world.client('a').runner.state().epochs;
  expect(sending).toEqual({ groupId: alone.groupId, epoch: 0 });
  await world.pass(20_000);
  expect(world.lastEpoch('a')).toMatchObject({ groupId: alone.groupId, epoch: 0 });
  await world.join('c');
  await world.converge(3000);
  expect(world.lastEpoch('c').groupId).toBe(alone.groupId);
  expect(rosterOf(world, 'a')).toEqual(['a', 'c']);
});

test('G34 whoever comes as the other leaves is let into the new group', async () => {
  const world = await worldOf(2);
  const { groupId } = world.lastEpoch('a');
  world.leave('b');
  await world.join('c');
  await world.converge(3000);
  expect(generationOf(world.lastEpoch('c').groupId)).toBe(generationOf(groupId) + 1);
  expect(rosterOf(world, 'c')).toEqual(['a', 'c']);
});

test('G34 a connection that is lost is no leave: the group stays', async () => {
  const world = await worldOf(2);
  const { groupId, epoch } = world.lastEpoch('a');
  world.disconnect('b');
  await world.pass(20_000);
  expect(world.lastEpoch('a')).toMatchObject({ groupId, epoch });
});

test('G34 all are gone: who comes then begins a new group', async () => {
  const world = await worldOf(2);
  const { groupId } = world.lastEpoch('a');
  world.disconnect('a');
  world.disconnect('b');
  await world.join('c');
  await world.pass(1000);
  expect(generationOf(world.lastEpoch('c').groupId)).toBe(generationOf(groupId) + 1);
  world.reconnect('a');
  await world.converge(5000);
  expect(new Set(rosterOf(world, 'c'))).toEqual(new Set(['a', 'c']));
});

test('G41 who is alone wishes for an update, and has it with the new group', async () => {
  const world = await worldOf(2);
  const { groupId } = world.lastEpoch('a');
  world.leave('b');
  await world.settle();
  world.client('a').runner.handle({ type: 'update-wanted' });
  await world.pass(20_000);
  const alone = world.lastEpoch('a');
  expect(generationOf(alone.groupId)).toBe(generationOf(groupId) + 1);
  expect(alone.epoch).toBe(0);
  await world.join('c');
  await world.converge(3000);
  const after = world.lastEpoch('a').epoch;
  await world.pass(20_000);
  expect(world.lastEpoch('a')).toMatchObject({ groupId: alone.groupId, epoch: after });
});
