// Groups over the real signaling apps, with the page's own client and the real key worker: people come,
// go, lose their sockets and come back, and are one group with one safety code.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GroupScene } from './support/group-scene.ts';
import type { HeadlessMember } from './support/headless-member.ts';
import { eventOf, listening } from './support/said.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);

describe.each([
  { apps: 1, over: 'one app' },
  { apps: 2, over: 'two apps, one store' },
])('groups over $over', ({ apps }) => {
  let scene: GroupScene;
  beforeEach(async () => {
    scene = await GroupScene.start({ apps });
  });
  afterEach(() => scene.close());

  const person = (index: number): HeadlessMember => {
    const member = scene.members[index];
    if (member === undefined) throw new Error(`nobody at ${index}`);
    return member;
  };

  test('G24 K2 two come one after the other, and hear each other', async () => {
    await scene.gather('Ada', 'Bob');
    await scene.chatAllWays();
    expect(await scene.hearers(person(0))).toEqual(['Bob']);
    expect(await scene.hearers(person(1))).toEqual(['Ada']);
    expect(person(0).group.roster).toMatchObject([
      { name: 'Ada', isSelf: true, isAnnounced: true },
      { name: 'Bob', isSelf: false, isAnnounced: true },
    ]);
  });

  test.each([3, 10])(
    'G24 K4 %i come at once: one safety code, chat in all directions',
    async (count) => {
      await scene.joinAll(names(count));
      await scene.converge();
      await scene.chatAllWays();
    },
  );

  test('G31 K6 all are ready: senders move on before their second is over', async () => {
    await scene.gather('Ada', 'Bob');
    const between = listening();
    person(0).wire.between = between;
    await scene.gather('Cy');
    const told = between.toldMember.map((text) => eventOf(text)?.event);
    expect(told.filter((event) => event === 'commit')).toHaveLength(1);
    expect(told.filter((event) => event === 'epoch-ready')).toHaveLength(1);
  });

  test('G13 G20 a leaver reads nothing of what is said afterwards, whatever it is shown', async () => {
    const [, leaver] = await scene.gather('Ada', 'Bob', 'Cy');
    if (leaver === undefined) throw new Error('nobody left');
    await scene.say(person(0), 'while Bob is here');
    expect(leaver.texts).toEqual(['Ada: while Bob is here']);
    expect(await scene.hearers(person(0))).toEqual(['Bob', 'Cy']);
    const between = listening();
    person(1).wire.between = between;
    person(2).wire.between = between;
    scene.leaveKeepingKeys(leaver);
    await scene.converge();
    expect(await scene.hearers(person(0), [...scene.members, leaver])).toEqual(['Cy']);
    await scene.chatAllWays();
    await scene.gather('Dan');
    await scene.chatAllWays();
    const epochs = leaver.epochs.length;
    const others = between.toldMember.filter((text) => eventOf(text)?.event !== 'peer-left');
    leaver.overhear(others);
    await scene.time.pass(20_000);
    expect(others.filter((text) => eventOf(text)?.event === 'app-message')).not.toEqual([]);
    expect(others.filter((text) => eventOf(text)?.event === 'commit')).not.toEqual([]);
    expect(leaver.texts).toEqual(['Ada: while Bob is here']);
    expect(leaver.epochs).toHaveLength(epochs);
  });

  test('G20 a joiner reads nothing of what was said before, whatever it is shown', async () => {
    const between = listening();
    await scene.gather('Ada', 'Bob');
    person(1).wire.between = between;
    await scene.say(person(0), 'before Cy came');
    expect(person(1).texts).toEqual(['Ada: before Cy came']);
    const [joiner] = await scene.gather('Cy');
    const messages = between.toldMember.filter((text) => eventOf(text)?.event === 'app-message');
    expect(messages).toHaveLength(1);
    joiner?.overhear(messages);
    await scene.time.pass(20_000);
    expect(joiner?.texts).toEqual([]);
  });

  test('J5 G25 a socket lost while joining: the welcome comes with the resume', async () => {
    await scene.gather('Ada');
    const between = listening();
    let lost = 0;
    const bob = await scene.join('Bob', {
      toServer: between.toServer,
      toMember: (text) => {
        const event = eventOf(text);
        if (event?.event !== 'commit' || event.data.commit.welcome === undefined) return [text];
        lost += 1;
        bob.wire.drop();
        return [];
      },
    });
    await scene.converge();
    expect(lost).toBe(1);
    const asked = between.asked.filter((method) => ['key-package', 'resume'].includes(method));
    expect(asked).toEqual(['key-package', 'resume']);
    expect(bob.epochs).toHaveLength(1);
    await scene.chatAllWays();
  });

  test('G27 J5 who is only disconnected stays in, and reads what was said meanwhile', async () => {
    await scene.gather('Ada', 'Bob', 'Cy');
    const before = person(0).point;
    person(2).wire.offline = true;
    person(2).wire.drop();
    await scene.time.pass(15_000);
    await scene.say(person(0), 'Cy is away');
    expect(person(0).point).toBe(before);
    person(2).wire.offline = false;
    await scene.time.until(() => person(2).texts.length > 0);
    expect(person(2).texts).toEqual(['Ada: Cy is away']);
    expect(scene.isTogether()).toBe(true);
  });

  test('G27 J6 who crashed is removed when its time to come back is over', async () => {
    const [, gone] = await scene.gather('Ada', 'Bob', 'Cy');
    if (gone === undefined) throw new Error('nobody');
    const before = person(0).point;
    scene.crash(gone);
    await scene.time.pass(40_000);
    expect(person(0).point).toBe(before);
    await scene.converge();
    await scene.chatAllWays();
  });

  test('G36 V4 the nodes start anew without their records: the same group goes on', async () => {
    await scene.gather('Ada', 'Bob', 'Cy');
    const before = scene.members.map(({ epochs }) => epochs.length);
    const { point } = person(0);
    await scene.apps.restart();
    await scene.time.pass(30_000);
    const record = await scene.apps.record(scene.roomId);
    expect(`${record?.group?.groupId} ${record?.group?.epoch}`).toBe(point);
    const members = scene.members.map(({ peerId }) => peerId);
    expect([...(record?.group?.members ?? [])].sort()).toEqual(members.sort());
    expect(scene.members.map(({ epochs }) => epochs.length)).toEqual(before);
    await scene.chatAllWays();
    await scene.gather('Dan');
    await scene.chatAllWays();
  });

  test('G36 V4 the record is lost under connected members: the same group goes on', async () => {
    await scene.gather('Ada', 'Bob', 'Cy');
    const { point } = person(0);
    await scene.apps.forget(scene.roomId);
    await person(0)
      .request('set-stream', { source: 'mic', on: true })
      .catch(() => undefined);
    await scene.time.pass(30_000);
    const record = await scene.apps.record(scene.roomId);
    expect(`${record?.group?.groupId} ${record?.group?.epoch}`).toBe(point);
    expect(record?.group?.members).toHaveLength(3);
    await scene.chatAllWays();
    await scene.gather('Dan');
    await scene.chatAllWays();
  });

  test('G36 the record is lost while somebody joins: it gets in', async () => {
    await scene.gather('Ada', 'Bob');
    await scene.join('Cy');
    await scene.apps.restart();
    await scene.converge();
    await scene.chatAllWays();
  });

  test('G24 R2 everybody goes, and others come: another group', async () => {
    const before = await scene.gather('Ada', 'Bob');
    const groupId = person(0).epoch?.groupId;
    for (const member of before) scene.leave(member);
    await scene.time.pass(1_000);
    expect(await scene.apps.record(scene.roomId)).toBeNull();
    await scene.gather('Ada', 'Bob');
    expect(person(0).epoch?.groupId).not.toBe(groupId);
    await scene.chatAllWays();
  });

  test('G24 J5 everybody loses the network and comes back: the same group', async () => {
    await scene.gather('Ada', 'Bob', 'Cy');
    const { point } = person(0);
    for (const { wire } of scene.members) {
      wire.offline = true;
      wire.drop();
    }
    await scene.time.pass(20_000);
    for (const { wire } of scene.members) wire.offline = false;
    await scene.time.pass(20_000);
    await scene.converge();
    expect(person(0).point).toBe(point);
    await scene.chatAllWays();
  });

  test('G9 G34 the last one stays: a new group at once, which the leaver cannot follow', async () => {
    const [, leaver] = await scene.gather('Ada', 'Bob');
    if (leaver === undefined) throw new Error('nobody');
    const { point } = person(0);
    const between = listening();
    person(0).wire.between = between;
    scene.leaveKeepingKeys(leaver);
    await scene.time.pass(1_000);
    const { groupId } = person(0).epoch ?? {};
    expect(groupId).not.toBe(point.split(' ')[0]);
    expect(person(0).epoch?.roster).toHaveLength(1);
    await scene.time.pass(10_000);
    await scene.gather('Cy');
    expect(person(0).epoch?.groupId).toBe(groupId);
    await scene.chatAllWays();
    leaver.overhear(between.toldMember.filter((text) => eventOf(text)?.event !== 'peer-left'));
    await scene.time.pass(20_000);
    expect(leaver.texts).toEqual([]);
  });

  test('G38 J6 a reload: another peer with the same name, shown as somebody who joined', async () => {
    const [, bob] = await scene.gather('Ada', 'Bob', 'Cy');
    if (bob === undefined) throw new Error('nobody');
    scene.leave(bob);
    await scene.gather('Bob');
    expect(person(0).group.change).toMatchObject({ kind: 'joined', names: ['Bob'] });
    expect(
      person(0)
        .group.roster.map(({ name }) => name)
        .sort(),
    ).toEqual(['Ada', 'Bob', 'Cy']);
    await scene.chatAllWays();
  });
});
