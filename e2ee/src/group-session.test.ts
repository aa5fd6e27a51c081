// Group sessions with real keys around an ordering server: who creates, who is let in, who commits.
import { expect, test } from 'vitest';
import type { MadeMessage } from './group-session-types.ts';
import { phaseOf, rosterOf, sentCommits, withhold, worldOf } from './testing/group-rooms.ts';
import { GroupWorld } from './testing/group-world.ts';

test('G24 the first creates at once; who comes is let in', async () => {
  const world = new GroupWorld(1);
  await world.join('a');
  await world.settle();
  expect(world.lastEpoch('a').epoch).toBe(0);
  await world.join('b');
  await world.converge(1000);
  expect(rosterOf(world, 'b')).toEqual(['a', 'b']);
});

test.each([1, 2, 3, 4])(
  'G24 all create at once: one group, nobody lost (seed %i)',
  async (seed) => {
    const world = new GroupWorld(seed);
    await world.joinAll(['a', 'b', 'c']);
    await world.converge();
    expect(new Set(rosterOf(world, 'c'))).toEqual(new Set(['a', 'b', 'c']));
  },
);

test('G27 who leaves is removed within 300 ms, and all send under the new epoch at once', async () => {
  const world = await worldOf(4);
  const before = world.lastEpoch('a').epoch;
  world.leave('c');
  await world.pass(300);
  expect(world.troubles()).toEqual([]);
  expect(new Set(rosterOf(world, 'b'))).toEqual(new Set(['a', 'b', 'd']));
  for (const peerId of ['a', 'b', 'd']) {
    const { groupId, epoch } = world.lastEpoch(peerId);
    expect(epoch).toBe(before + 1);
    expect(world.client(peerId).runner.state().epochs.sending).toEqual({ groupId, epoch });
  }
});

test('G25 a lost welcome: the next key package brings another within 15 s', async () => {
  const world = await worldOf(2);
  world.tamper = (to, event) => {
    if (to !== 'x' || event.type !== 'commit' || event.commit.welcome === undefined) return event;
    world.tamper = (_, any) => any;
    const { welcome: _lost, ...commit } = event.commit;
    return { ...event, commit };
  };
  await world.join('x');
  await world.pass(9000);
  expect(phaseOf(world, 'x')).toMatchObject({ name: 'welcome', tries: 1 });
  await world.converge(6000);
  expect(new Set(rosterOf(world, 'x'))).toEqual(new Set(['a', 'b', 'x']));
});

test('G25 a welcome that does not open is tried again three times, then after a pause', async () => {
  const world = await worldOf(2);
  world.tamper = (to, event) => {
    if (to !== 'x' || event.type !== 'commit' || event.commit.welcome === undefined) return event;
    return { ...event, commit: { ...event.commit, welcome: new Uint8Array(80) } };
  };
  await world.join('x');
  await world.pass(5000);
  const { effects } = world.client('x');
  expect(effects.filter(({ type }) => type === 'send-key-package')).toHaveLength(3);
  expect(effects).toContainEqual({ type: 'tell', trouble: 'no-welcome' });
  expect(phaseOf(world, 'x').name).toBe('rejoin');
  world.tamper = (_, event) => event;
  await world.converge(40_000);
});

test('G26 the lowest connected leaf commits; where it is silent, the next one 750 ms later', async () => {
  const world = await worldOf(4);
  const [, second = '', third = '', last = ''] = rosterOf(world, 'a');
  const counts = () => [second, third, last].map((peerId) => sentCommits(world, peerId).length);
  expect(counts()).toEqual([0, 0, 0]);
  world.disconnect('a');
  await world.join('x');
  await world.pass(400);
  expect(counts()).toEqual([1, 0, 0]);
  // Connected, but it does nothing: the next in rank waits for it.
  world.client(second).runner.close();
  await world.join('y');
  await world.pass(850);
  expect(counts()).toEqual([1, 0, 0]);
  await world.pass(300);
  expect(counts()).toEqual([1, 1, 0]);
});

test('G28 two commits in one epoch: the record takes one, the other is dropped', async () => {
  const world = await worldOf(3);
  const { commit } = world.server;
  const held: (readonly [string, MadeMessage])[] = [];
  world.server.commit = (by, message) => {
    held.push([by, message]);
    if (held.length < 2) return null;
    world.server.commit = commit;
    for (const [sender, each] of held) {
      const refused = commit(sender, each);
      if (refused) world.client(sender).inbox.push({ type: 'refused', ...refused });
    }
    return null;
  };
  for (const peerId of ['b', 'c']) {
    world.client(peerId).runner.handle({ type: 'messages-sent', count: 150 });
  }
  await world.converge(500);
  expect(held.map(([, { group }]) => group)).toEqual([held[0]?.[1].group, held[0]?.[1].group]);
  expect(world.lastEpoch('a').epoch).toBe((held[0]?.[1].group.epoch ?? 0) + 1);
});

test('G28 a commit without an answer is sent again byte for byte', async () => {
  const world = await worldOf(1);
  const { commit } = world.server;
  let sent = 0;
  world.server.commit = (by, message) => {
    sent += 1;
    return sent === 1 ? { messageId: message.messageId, code: 'lost' } : commit(by, message);
  };
  await world.join('x');
  await world.converge(3000);
  const [first, second] = sentCommits(world, 'a');
  expect(first).toBeDefined();
  expect(second).toEqual(first);
});

test('G28 told to wait, one sends the same commit again for as long as it takes', async () => {
  const world = await worldOf(3);
  const { commit } = world.server;
  world.server.commit = (_, { messageId }) => ({ messageId, code: 'rate' });
  world.client('b').runner.handle({ type: 'messages-sent', count: 150 });
  await world.pass(30_000);
  expect(phaseOf(world, 'b').name).toBe('committing');
  const sent = sentCommits(world, 'b');
  expect(sent.length).toBeGreaterThan(30);
  expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(1);
  world.server.commit = commit;
  await world.converge(1000);
});

test('G28 beaten by a commit that never came: one rejoins after 3 s', async () => {
  const world = await worldOf(3);
  withhold(world, 'c');
  await world.join('x');
  await world.pass(2500);
  expect(phaseOf(world, 'c')).toMatchObject({ name: 'committing', beaten: true });
  await world.converge(6000);
  expect(new Set(rosterOf(world, 'c'))).toEqual(new Set(['a', 'b', 'c', 'x']));
});

test('G14 a key package of noise blocks nobody', async () => {
  const world = await worldOf(2);
  world.server.join('evil');
  world.server.keyPackage('evil', 'noise', new Uint8Array(400).fill(3));
  await world.join('x');
  await world.converge(3000);
  expect(new Set(rosterOf(world, 'x'))).toEqual(new Set(['a', 'b', 'x']));
  const { epoch } = world.lastEpoch('a');
  await world.pass(10_000);
  expect(world.lastEpoch('a').epoch).toBe(epoch);
});
