// A hostile server: between each member and the real one stands a liar. Whatever it says, nothing opens
// that should not, nobody fails, and once it is honest again all come together.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GroupPoint, MessageId, PeerId, type PeerView } from '@sotto/signaling/protocol';
import { makeGroupId } from '../../e2ee/src/group-id.ts';
import { Apps } from './support/apps.ts';
import { GroupScene } from './support/group-scene.ts';
import {
  at,
  gatherLied,
  joinLied,
  lieToAll,
  makePeace,
  namesOf,
  tellAll,
} from './support/lied-to.ts';
import type { Fact } from './support/lying-server.ts';
import { listening } from './support/said.ts';

let scene: GroupScene;
beforeEach(async () => {
  scene = await GroupScene.start();
});
afterEach(() => scene.close());

const GHOST = PeerId.parse('GhostGhostGhost1');
const OFF = { on: false };

const ghostView = (): PeerView => ({
  peerId: GHOST,
  connected: true,
  direct: true,
  streams: { mic: OFF, cam: OFF, screen: OFF, screenAudio: OFF },
});

const ghostJoined = (): Fact => ({ event: 'peer-joined', data: { peer: ghostView() } });

const random = (bytes: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url');

const isOfLeaving = ({ event }: Fact): boolean =>
  event === 'peer-disconnected' || event === 'peer-left';

const keyPackage = (peerId: PeerId, envelope: string): Fact => ({
  event: 'key-package',
  data: { keyPackage: { peerId, messageId: MessageId.parse(random(12)), envelope } },
});

test('G27 a peer that the server made up is on no roster', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob');
  const points = all.map(({ member }) => member.point);
  tellAll(all, ghostJoined());
  await scene.time.pass(15_000);
  expect(all.map(({ member }) => member.point)).toEqual(points);
  expect(namesOf(at(all, 0).member)).toEqual(['Ada', 'Bob']);
  await makePeace(scene, all);
});

test('G14 G16 key packages of garbage under a made-up name: on no roster, and others get in', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob');
  tellAll(all, ghostJoined());
  for (const bytes of [1, 40, 600]) {
    tellAll(all, keyPackage(GHOST, random(bytes)));
    await scene.time.pass(2_000);
  }
  await scene.gather('Cy');
  expect(namesOf(at(all, 0).member)).toEqual(['Ada', 'Bob', 'Cy']);
  expect(
    scene.members.flatMap(({ epochs }) => epochs.flatMap(({ roster }) => roster)),
  ).not.toContainEqual(expect.objectContaining({ peerId: GHOST }));
  await makePeace(scene, all);
});

test('G5 G14 somebody’s key package under a made-up name: on no roster, and its owner gets in', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob');
  const copied: string[] = [];
  lieToAll(all, {
    fact: (fact) => {
      if (fact.event !== 'key-package') return [fact];
      const { envelope } = fact.data.keyPackage;
      copied.push(envelope);
      return [ghostJoined(), keyPackage(GHOST, envelope), fact];
    },
  });
  await scene.gather('Cy');
  await scene.time.pass(10_000);
  expect(copied).not.toEqual([]);
  expect(namesOf(at(all, 0).member)).toEqual(['Ada', 'Bob', 'Cy']);
  await makePeace(scene, all);
});

test('G14 two people’s key packages exchanged: neither gets in with the other’s, both with their own', async () => {
  const all = await gatherLied(scene, 'Ada');
  const waiting: Extract<Fact, { event: 'key-package' }>[] = [];
  lieToAll(all, {
    fact: (fact) => {
      if (fact.event !== 'key-package') return [fact];
      waiting.push(fact);
      const [one, other] = waiting;
      if (one === undefined || other === undefined) return [];
      const mine = one.data.keyPackage;
      const yours = other.data.keyPackage;
      waiting.length = 0;
      return [keyPackage(mine.peerId, yours.envelope), keyPackage(yours.peerId, mine.envelope)];
    },
  });
  const others = [await scene.join('Bob'), await scene.join('Cy')];
  await scene.time.pass(8_000);
  expect(others.map(({ epoch }) => epoch)).toEqual([null, null]);
  expect(namesOf(at(all, 0).member)).toEqual(['Ada']);
  await makePeace(scene, all);
});

test('G13 a server with the link brings somebody in unannounced: on every roster, and marked', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob');
  const ghosts = new Set<string>();
  lieToAll(all, {
    fact: (fact) => {
      if (fact.event === 'peer-joined') {
        ghosts.add(fact.data.peer.peerId);
        return [];
      }
      return [fact];
    },
  });
  await scene.gather('Ghost');
  for (const { member } of all) {
    expect(member.group.roster.map(({ name, isAnnounced }) => [name, isAnnounced]).sort()).toEqual([
      ['Ada', true],
      ['Bob', true],
      ['Ghost', false],
    ]);
    expect(member.group.change).toMatchObject({ kind: 'joined', names: ['Ghost'] });
  }
  expect(ghosts.size).toBe(1);
});

test('G24 another group is named, with members whom nobody knows: nobody is let in by it', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob', 'Cy');
  const ada = at(all, 0);
  const group = GroupPoint.parse({ groupId: makeGroupId(7), epoch: 0 });
  ada.server.lies = {
    room: (room) => ({ ...room, group: { ...group, members: [GHOST] } }),
  };
  ada.server.tell(ghostJoined());
  ada.server.tell({ event: 'group-created', data: { group, by: GHOST } });
  await scene.time.pass(25_000);
  expect(ada.member.epochs.map(({ groupId }) => groupId)).not.toContain(group.groupId);
  await makePeace(scene, all);
});

test('G27 the server says that somebody left: it is removed, as the server’s power is, and comes back', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob', 'Cy');
  const cy = at(all, 2);
  const epochs = at(all, 0).member.epochs.length;
  at(all, 0).server.tell({
    event: 'peer-left',
    data: { peerId: cy.member.peerId, reason: 'left' },
  });
  await scene.time.until(() => at(all, 0).member.epochs.length > epochs);
  expect(namesOf(at(all, 0).member)).toEqual(['Ada', 'Bob']);
  await scene.say(at(all, 0).member, 'without Cy');
  expect(at(all, 1).member.texts).toEqual(['Ada: without Cy']);
  expect(cy.member.texts).toEqual([]);
  await scene.converge();
  expect(namesOf(at(all, 0).member)).toEqual(['Ada', 'Bob', 'Cy']);
  expect(cy.member.texts).toEqual([]);
  await makePeace(scene, all);
});

test('G37 a forked group: other codes in each half, and nothing of one opens in the other', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob', 'Cy', 'Dan');
  const [left, right] = [all.slice(0, 2), all.slice(2)];
  const other = await Apps.start(scene.time, 1);
  try {
    // Each half is told that the other is there still.
    lieToAll(left, { fact: (fact) => (isOfLeaving(fact) ? [] : [fact]) });
    const leftViews = left.map(({ member }) => {
      const { peerId } = member;
      return { ...ghostView(), peerId };
    });
    lieToAll(right, { room: (room) => ({ ...room, peers: [...leftViews, ...room.peers] }) });
    for (const { member } of right) {
      member.wire.detour = other.nextUrl;
      member.wire.drop();
    }
    await scene.time.pass(5_000);
    const overheard = listening();
    const eve = await joinLied(scene, 'Eve');
    const fay = await joinLied(scene, 'Fay');
    fay.member.wire.detour = other.nextUrl;
    fay.member.wire.drop();
    fay.server.lies = right[0]?.server.lies ?? {};
    const halves = [
      [...left, eve],
      [...right, fay],
    ].map((half) => half.map(({ member }) => member));
    const [one = [], two = []] = halves;
    await scene.time.until(() =>
      halves.every((half) => half.every(({ group }) => group.roster.length === 5)),
    );
    await scene.time.pass(2_000);
    expect(namesOf(at(left, 0).member)).toEqual(['Ada', 'Bob', 'Cy', 'Dan', 'Eve']);
    expect(namesOf(at(right, 0).member)).toEqual(['Ada', 'Bob', 'Cy', 'Dan', 'Fay']);
    // The server shows both the same group and epoch: only a comparison of codes tells.
    expect(new Set(scene.members.map(({ point }) => point)).size).toBe(1);
    const codes = await scene.codes([...one, ...two]);
    expect(new Set(codes.slice(0, 3)).size).toBe(1);
    expect(new Set(codes.slice(3)).size).toBe(1);
    expect(new Set(codes).size).toBe(2);

    at(left, 1).member.wire.between = overheard;
    await scene.say(at(left, 0).member, 'in the left half');
    expect(at(left, 1).member.texts).toEqual(['Ada: in the left half']);
    for (const member of two) member.overhear(overheard.toldMember);
    await scene.time.pass(15_000);
    expect(two.map(({ texts }) => texts)).toEqual([[], [], []]);
    expect(await scene.hearers(at(left, 0).member, [...one, ...two])).toEqual(['Bob', 'Eve']);
    expect(await scene.hearers(at(right, 0).member, [...one, ...two])).toEqual(['Dan', 'Fay']);

    at(left, 1).member.wire.between = at(left, 1).server;
    for (const member of two) {
      member.wire.detour = null;
      member.wire.drop();
    }
    await makePeace(scene, [...all, eve, fay]);
    expect(namesOf(at(right, 0).member)).toEqual(['Ada', 'Bob', 'Cy', 'Dan', 'Eve', 'Fay', 'Zoe']);
  } finally {
    await other.close();
  }
});

test('V4 the server says again and again that the room is new: the group stays', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob', 'Cy');
  const { point } = at(all, 0).member;
  for (let again = 0; again < 3; again += 1) {
    at(all, 1).server.signal({ event: 'room-reset', data: {} });
    await scene.time.pass(12_000);
  }
  await scene.converge();
  expect(at(all, 0).member.point).toBe(point);
  await makePeace(scene, all);
});

test.each(['rate-limited', 'forbidden', 'stale-epoch'] as const)(
  'G28 commits of the lowest leaf are refused for ever (%s): the next one removes who left',
  async (code) => {
    const all = await gatherLied(scene, 'Ada', 'Bob', 'Cy');
    at(all, 0).server.lies = { refuse: (method) => (method === 'commit' ? code : null) };
    const gone = at(all, 2).member;
    scene.leaveKeepingKeys(gone);
    await scene.time.until(() => namesOf(at(all, 1).member).length === 2);
    await scene.time.pass(300);
    // Whoever follows the removal sends under it at once.
    expect(await scene.hearers(at(all, 1).member, [gone])).toEqual([]);
    await scene.say(at(all, 1).member, 'not for Cy');
    expect(gone.texts).toEqual([]);
    await makePeace(scene, all.slice(0, 2));
  },
);

test('G27 all commits are refused for ever: who left stays on the roster, and is marked', async () => {
  const all = await gatherLied(scene, 'Ada', 'Bob', 'Cy');
  lieToAll(all, { refuse: (method) => (method === 'commit' ? 'rate-limited' : null) });
  scene.leave(at(all, 2).member);
  await scene.time.pass(20_000);
  for (const { member } of all.slice(0, 2)) {
    expect(member.group.roster.map(({ name, isAnnounced }) => [name, isAnnounced]).sort()).toEqual([
      ['Ada', true],
      ['Bob', true],
      ['Cy', false],
    ]);
  }
  await makePeace(scene, all.slice(0, 2));
});
