// A hostile server that withholds, repeats, reorders and misattributes what it has to deliver: nothing
// opens twice or in another's name, and once it is honest again all come together.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GroupId, GroupPoint, type Signal } from '@sotto/signaling/protocol';
import { makeGroupId } from '../../e2ee/src/group-id.ts';
import { GroupScene } from './support/group-scene.ts';
import { at, gatherLied, joinLied, lieToAll, makePeace, namesOf } from './support/lied-to.ts';
import type { Fact } from './support/lying-server.ts';

let scene: GroupScene;
beforeEach(async () => {
  scene = await GroupScene.start();
});
afterEach(() => scene.close());

test('G28 G30 a commit is withheld from one: it reads nothing of the new epoch, and comes in again', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob', 'Cy');
  const bob = at(all, 1);
  bob.server.lies = { fact: (fact) => (fact.event === 'commit' ? [] : [fact]) };
  await scene.join('Dan');
  await scene.time.pass(5_000);
  await scene.say(at(all, 0).member, 'of the epoch that Bob has not');
  expect(bob.member.texts).toEqual([]);
  expect(namesOf(bob.member)).toEqual(['Ada', 'Bob', 'Cy']);
  await makePeace(scene, all);
  expect(bob.member.texts).not.toContain('Ada: of the epoch that Bob has not');
});

test('G25 a welcome is withheld: the next key package brings another', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob');
  let withheld = 0;
  const cy = await joinLied(scene, 'Cy', {
    fact: (fact) => {
      if (fact.event !== 'commit' || withheld > 0) return [fact];
      const { welcome, ...commit } = fact.data.commit;
      if (welcome !== undefined) withheld += 1;
      return [{ event: 'commit', data: { commit } }];
    },
  });
  await scene.time.pass(5_000);
  expect(cy.member.epoch).toBeNull();
  await scene.converge();
  expect(withheld).toBe(1);
  await makePeace(scene, [...all, cy]);
});

test('G31 ready is withheld: senders move to the new epoch all the same, after a second', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob');
  let withheld = 0;
  lieToAll(all, {
    signal: (signal) => {
      if (signal.event !== 'epoch-ready') return [signal];
      withheld += 1;
      return [];
    },
  });
  const cy = await scene.join('Cy');
  await scene.time.until(() => scene.isTogether());
  // Still under the epoch that Cy never had.
  expect(await scene.hearers(at(all, 0).member)).toEqual(['Bob']);
  await scene.time.pass(1_100);
  expect(await scene.hearers(at(all, 0).member)).toEqual(['Bob', 'Cy']);
  expect(await scene.hearers(at(all, 1).member)).toEqual(['Ada', 'Cy']);
  expect(await scene.hearers(cy)).toEqual(['Ada', 'Bob']);
  expect(withheld).toBeGreaterThan(0);
});

test('G31 ready for what nobody has, or that is long over: nobody goes back', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob');
  const before = GroupPoint.parse(at(all, 0).member.epoch);
  await scene.gather('Cy');
  const groupId = GroupId.parse(makeGroupId(9));
  for (const group of [before, { groupId, epoch: 3 }, { ...before, epoch: before.epoch + 7 }]) {
    for (const { server } of all) server.signal({ event: 'epoch-ready', data: { group } });
  }
  await scene.time.settle();
  expect(await scene.hearers(at(all, 0).member)).toEqual(['Bob', 'Cy']);
  await makePeace(scene, all);
});

type Message = Extract<Signal, { event: 'app-message' }>;

const changed = (signal: Message, change: Partial<Message['data']['message']>): Message => ({
  ...signal,
  data: { message: { ...signal.data.message, ...change } },
});

test('G19 messages told again under new numbers open once', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob');
  let seq = 0;
  const told: Signal[] = [];
  at(all, 1).server.lies = {
    signal: (signal) => {
      if (signal.event !== 'app-message') return [signal];
      return [0, 1, 2].map(() => {
        seq += 1;
        const again = changed(signal, { seq });
        told.push(again);
        return again;
      });
    },
  };
  for (const text of ['one', 'two']) await scene.say(at(all, 0).member, text);
  await scene.time.pass(2_000);
  // Once more, all of it, behind everything.
  for (const signal of told) {
    if (signal.event !== 'app-message') continue;
    seq += 1;
    at(all, 1).server.signal(changed(signal, { seq }));
  }
  await scene.time.pass(15_000);
  expect(at(all, 1).member.texts).toEqual(['Ada: one', 'Ada: two']);
  expect(told).toHaveLength(6);
  at(all, 1).server.lies = {};
});

test('G19 messages in another order: what came too late is dropped, nothing opens twice', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob');
  const held: Message[] = [];
  at(all, 1).server.lies = {
    signal: (signal) => {
      if (signal.event !== 'app-message') return [signal];
      held.push(signal);
      return [];
    },
  };
  for (const text of ['one', 'two', 'three']) await scene.say(at(all, 0).member, text);
  const [one, two, three] = held;
  if (one === undefined || two === undefined || three === undefined) throw new Error('not held');
  [two, one, three, one].forEach((signal, index) =>
    at(all, 1).server.signal(changed(signal, { seq: index + 1 })),
  );
  await scene.time.pass(15_000);
  expect(at(all, 1).member.texts).toEqual(['Ada: two', 'Ada: three']);
});

test('G44 a message in another sender’s name is dropped', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob', 'Cy');
  const { peerId } = at(all, 2).member;
  at(all, 1).server.lies = {
    signal: (signal) =>
      signal.event === 'app-message' ? [changed(signal, { from: peerId })] : [signal],
  };
  await scene.say(at(all, 0).member, 'as if Cy had said it');
  await scene.time.pass(15_000);
  expect(at(all, 1).member.texts).toEqual([]);
  expect(at(all, 2).member.texts).toEqual(['Ada: as if Cy had said it']);
  await makePeace(scene, all);
});

test('G28 a commit told twice, and one of before told again: nothing is taken twice', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob');
  const seen: Fact[] = [];
  at(all, 1).server.lies = {
    fact: (fact) => {
      if (fact.event !== 'commit') return [fact];
      seen.push(fact);
      return [fact, fact, ...seen];
    },
  };
  const epochs = at(all, 1).member.epochs.length;
  await scene.gather('Cy', 'Dan');
  const taken = at(all, 1)
    .member.epochs.slice(epochs)
    .map(({ epoch }) => epoch);
  expect(taken).toEqual([...new Set(taken)]);
  expect(at(all, 1).member.troubles).toEqual([]);
  await makePeace(scene, all);
});

test('G28 G30 two commits in the wrong order: neither is guessed at, and it comes in again', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob', 'Cy');
  const held: Fact[] = [];
  at(all, 1).server.lies = {
    fact: (fact) => {
      if (fact.event !== 'commit') return [fact];
      held.unshift(fact);
      return held.length < 2 ? [] : held.splice(0);
    },
  };
  const before = at(all, 1).member.point;
  await scene.join('Dan');
  await scene.time.pass(3_000);
  expect(at(all, 1).member.point).toBe(before);
  await scene.join('Eve');
  await scene.time.pass(1_000);
  await makePeace(scene, all);
});
