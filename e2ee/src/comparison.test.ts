// What stays of a compared safety code as people come, go and come again.
import { expect, test } from 'vitest';
import { judgeComparison, pinRoster } from './comparison.ts';
import { GroupWorld } from './testing/group-world.ts';

test('G38 nothing compared, compared, updated, left, joined since, new group', async () => {
  const world = new GroupWorld(1);
  await world.joinAll(['a', 'b', 'c']);
  await world.converge();
  const now = () => world.lastEpoch('a');
  expect(judgeComparison(null, now())).toEqual({ state: 'not-compared' });
  const pinned = pinRoster(now());
  expect(judgeComparison(pinned, now())).toEqual({ state: 'compared' });

  const before = now().epoch;
  world.client('a').runner.handle({ type: 'messages-sent', count: 150 });
  world.leave('c');
  await world.pass(1000);
  expect(now().epoch).toBeGreaterThan(before);
  expect(judgeComparison(pinned, now())).toEqual({ state: 'compared' });

  await world.join('x');
  await world.converge(2000);
  expect(judgeComparison(pinned, now())).toMatchObject({
    state: 'joined-since',
    newcomers: [{ peerId: 'x', name: 'name of x' }],
  });

  world.leave('x');
  await world.pass(3000);
  expect(judgeComparison(pinned, now())).toEqual({ state: 'compared' });
  const elsewhere = { groupId: 'another', roster: now().roster };
  expect(judgeComparison(pinned, elsewhere)).toEqual({ state: 'not-compared' });
});

test('G38 who rejoins in the same tab is the same person; a reload is somebody new', async () => {
  const world = new GroupWorld(2);
  await world.joinAll(['a', 'b', 'c']);
  await world.converge();
  const pinned = pinRoster(world.lastEpoch('a'));
  world.disconnect('c');
  world.client('a').runner.handle({ type: 'messages-sent', count: 150 });
  await world.pass(500);
  world.reconnect('c');
  await world.converge(5000);
  expect(judgeComparison(pinned, world.lastEpoch('a'))).toEqual({ state: 'compared' });
  world.leave('c');
  await world.join('c');
  await world.converge(5000);
  expect(judgeComparison(pinned, world.lastEpoch('a'))).toMatchObject({
    newcomers: [{ peerId: 'c' }],
  });
});

test('G38 a compared key under another name is somebody whom nobody compared', async () => {
  const world = new GroupWorld(3);
  await world.joinAll(['a', 'b']);
  await world.converge();
  const { groupId, roster } = world.lastEpoch('a');
  const pinned = pinRoster({ groupId, roster });
  const renamed = roster.map((member) =>
    member.peerId === 'b' ? { ...member, name: 'name of a' } : member,
  );
  expect(judgeComparison(pinned, { groupId, roster: renamed })).toMatchObject({
    state: 'joined-since',
    newcomers: [{ peerId: 'b', name: 'name of a' }],
  });
});
