// Group sessions with real keys around an ordering server: races, leaves, garbage, loss, convergence.
import { expect, test } from 'vitest';
import { utf8 } from './group-bytes.ts';
import { generationOf } from './group-id.ts';
import type { MadeMessage } from './group-session-types.ts';
import { GroupWorld } from './testing/group-world.ts';

const rosterOf = (world: GroupWorld, peerId: string) =>
  world.lastEpoch(peerId).roster.map((member) => member.peerId);

async function worldOf(count: number, seed = 1): Promise<GroupWorld> {
  const world = new GroupWorld(seed);
  await world.join('a');
  await world.settle();
  await world.joinAll(Array.from({ length: count - 1 }, (_, i) => 'bcdefghij'[i] ?? 'z'));
  await world.converge();
  return world;
}

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

const phaseOf = (world: GroupWorld, peerId: string) => world.client(peerId).runner.state().phase;
const sentCommits = (world: GroupWorld, peerId: string) =>
  world
    .client(peerId)
    .effects.flatMap((effect) => (effect.type === 'send-commit' ? [effect.message] : []));

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

const garbage = (world: GroupWorld): MadeMessage => {
  const { groupId, epoch } = world.lastEpoch('a');
  return {
    messageId: 'garbage',
    group: { groupId, epoch },
    tag: 'AAAAAAAAAAA',
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

test('G30 no second rejoin within 30 s', async () => {
  const world = await worldOf(3);
  world.tamper = (to, event) =>
    to === 'c' && event.type === 'commit'
      ? { ...event, commit: { ...event.commit, tag: 'AAAAAAAAAAA' } }
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

/** The next commit never reaches `victim`. */
function withhold(world: GroupWorld, victim: string): void {
  world.tamper = (to, event) => {
    if (to !== victim || event.type !== 'commit') return event;
    world.tamper = (_, any) => any;
    return null;
  };
}

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

test('G28 beaten by a commit that never came: one rejoins after 3 s', async () => {
  const world = await worldOf(3);
  withhold(world, 'c');
  await world.join('x');
  await world.pass(2500);
  expect(phaseOf(world, 'c')).toMatchObject({ name: 'committing', beaten: true });
  await world.converge(6000);
  expect(new Set(rosterOf(world, 'c'))).toEqual(new Set(['a', 'b', 'c', 'x']));
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

test('G34 the sole survivor begins a new group when somebody comes', async () => {
  const world = await worldOf(2);
  const { groupId, epoch } = world.lastEpoch('a');
  world.leave('b');
  await world.pass(20_000);
  expect(world.lastEpoch('a')).toMatchObject({ groupId, epoch });
  await world.join('c');
  await world.converge(3000);
  const next = world.lastEpoch('c');
  expect(generationOf(next.groupId)).toBe(generationOf(groupId) + 1);
  expect(rosterOf(world, 'a')).toEqual(['a', 'c']);
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

test('G35 a kicked client wipes its keys, is removed and does not come back', async () => {
  const world = await worldOf(3);
  world.leave('c', true);
  await world.pass(60_000);
  expect(phaseOf(world, 'c').name).toBe('over');
  expect(world.client('c').effects.slice(-2)).toEqual([
    { type: 'wipe-all' },
    { type: 'tell', trouble: 'put-out' },
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
