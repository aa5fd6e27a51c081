// The store cannot be reached for a while (PROTOCOL S3–S7): what goes on, what is refused, what is said
// afterwards, and how often. Over one node and over two.
import type { MediaServer } from '@sotto/sfu-worker';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLOSE, HEARTBEAT_INTERVAL_MS } from '../../src/protocol/index.ts';
import { ABSENCE_MS } from '../../src/rooms/absences.ts';
import { BACK_MS, LOOK_EVERY_MS } from '../../src/rooms/store-watch.ts';
import {
  anyCommit,
  anyEnvelope,
  anyKeyPackage,
  anyMessageId,
  anyPoint,
  anyTag,
  pointAfter,
} from '../support/group-samples.ts';
import { NO_LIMITS, startMedia } from '../support/harness.ts';
import { count, level } from '../support/meeting.ts';
import { type Nodes, startNodes } from '../support/nodes.ts';
import { bearer, fetchToken } from '../support/rooms.ts';
import { TestClient } from '../support/test-client.ts';

const rateLimited = expect.objectContaining({ code: 'rate-limited' });
const unavailable = expect.objectContaining({ code: 'unavailable' });
/** By then a node has noticed that the store is back, and has said what was left to be said. */
const RETURN_MS = BACK_MS + 4_000;

let media: MediaServer;
beforeAll(async () => {
  media = await startMedia(1);
});
afterAll(() => media.close());

describe.each([{ nodes: 1 }, { nodes: 2 }])('a store that is away, $nodes nodes', ({ nodes }) => {
  let world: Nodes;
  beforeEach(async () => {
    world = await startNodes({ count: nodes, media });
  });
  afterEach(() => world.close());

  const meet = async (people: number) => {
    const roomId = await world.newRoom();
    const all: TestClient[] = [];
    for (let index = 0; index < people; index += 1) all.push(await world.join(roomId));
    await level(...all);
    const [ada, bob, carol] = all;
    if (ada === undefined || bob === undefined) throw new Error('two people');
    return { roomId, all, ada, bob, carol: carol ?? bob };
  };

  const goAway = async (all: readonly TestClient[]): Promise<void> => {
    world.stoppable.stop();
    await world.pass(LOOK_EVERY_MS, all);
  };

  const comeBack = async (all: readonly TestClient[]): Promise<void> => {
    world.stoppable.start();
    await world.pass(RETURN_MS, all);
  };

  it('S3 S4 sockets stay and are answered, requests are refused, and are done once when repeated', async () => {
    const { all, ada, bob } = await meet(3);
    await goAway(all);
    const asked: readonly (readonly [string, unknown])[] = [
      ['set-stream', { source: 'mic', on: true }],
      ['create-group', { group: anyPoint(1), prev: null, tag: anyTag() }],
      ['key-package', anyKeyPackage()],
      ['set-direct', { direct: false }],
      ['read-room', {}],
    ];
    const ask = (client: TestClient) => asked.map(([method, data]) => client.send(method, data));
    for (const one of ask(ada)) await expect(one).rejects.toEqual(unavailable);
    // Ten minutes of it: heartbeats are answered, and nobody hears of anything.
    await world.pass(600_000, all);
    for (const one of ask(ada)) await expect(one).rejects.toEqual(unavailable);
    expect(all.map(({ closeCode }) => closeCode)).toEqual(all.map(() => null));
    await comeBack(all);
    for (const one of ask(ada)) await one;
    for (const one of ask(ada)) await one;
    await level(...all);
    const news = ['stream-changed', 'group-created', 'key-package', 'direct-changed'];
    expect(news.map((name) => count(bob, name))).toEqual([1, 1, 1, 1]);
    expect(count(ada, 'room-reset')).toBe(0);
  });

  it('S3 a node says once that the store went, and once that it is back', async () => {
    const { all, ada, bob, carol } = await meet(3);
    await goAway(all);
    const people = [ada, bob, carol];
    for (let tries = 0; tries < 50; tries += 1) {
      const asked = people.map((client) =>
        client.request('set-stream', { source: 'mic', on: true }),
      );
      for (const one of asked) await expect(one).rejects.toEqual(unavailable);
    }
    carol.cut();
    await world.pass(120_000, [ada, bob]);
    expect(world.stoppable.failures).toBeGreaterThan(150);
    await comeBack([ada, bob]);
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    const logged = world.logged().filter((line) => line !== 'peer joined');
    const gone = Array.from({ length: nodes }, () => 'room store away');
    const back = Array.from({ length: nodes }, () => 'room store back');
    const others = ['peer disconnected', 'room placed', 'Server listening'];
    const ofOutage = logged.filter((line) => !others.some((other) => line.startsWith(other)));
    expect(ofOutage.toSorted()).toEqual([...gone, ...back].toSorted());
  });

  it('S3 a node without its store should not be given work', async () => {
    const url = world.nodes[0]?.url ?? '';
    const ready = async () => (await fetch(`${url}/readyz`)).status;
    expect(await ready()).toBe(200);
    world.stoppable.stop();
    expect(await ready()).toBe(503);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    world.stoppable.start();
    expect(await ready()).toBe(200);
  });

  it('S4 who joins meanwhile is refused, and let in on the same socket when the store is back', async () => {
    const { roomId, all, ada } = await meet(2);
    const url = world.nodes[0]?.url ?? '';
    const token = await fetchToken(url, roomId);
    const erin = await TestClient.connect(url);
    await goAway(all);
    await expect(erin.join(token)).rejects.toEqual(unavailable);
    const people = await fetch(`${url}/api/rooms/${roomId}`, { headers: bearer() });
    expect(people.status).toBe(503);
    expect(await people.json()).toMatchObject({ code: 'unavailable' });
    await comeBack(all);
    await erin.join(token);
    await level(...all, erin);
    expect(ada.recordEvents().filter(({ event }) => event === 'peer-joined')).toHaveLength(2);
  });

  it('S4 what was asked over a socket that has closed meanwhile is not begun', async () => {
    const { roomId, all, ada } = await meet(2);
    const [node] = world.nodes;
    const erin = await TestClient.connect(node?.url ?? '');
    const token = await fetchToken(node?.url ?? '', roomId);
    const sockets = (): number => node?.app.websocketServer.clients.size ?? 0;
    const before = sockets();
    world.stoppable.hang();
    erin.join(token).catch(() => undefined);
    // Heard, and waiting for the store, by the time that the next socket has been let in.
    (await TestClient.connect(node?.url ?? '')).cut();
    erin.cut();
    await expect.poll(sockets).toBe(before - 1);
    world.stoppable.start();
    await world.pass(RETURN_MS, all);
    await level(...all);
    expect(ada.recordEvents().filter(({ event }) => event === 'peer-joined')).toHaveLength(1);
    expect((await world.record(roomId)).peers).toHaveLength(2);
  });

  it('S5 sockets that closed meanwhile are told of once, afterwards', async () => {
    const { all, ada, bob, carol } = await meet(3);
    await goAway(all);
    bob.cut();
    await world.pass(600_000, [ada, carol]);
    expect(count(ada, 'peer-disconnected')).toBe(0);
    await comeBack([ada, carol]);
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    await world.pass(ABSENCE_MS - 1 - RETURN_MS, [ada, carol]);
    expect(count(ada, 'peer-left')).toBe(0);
    await world.pass(RETURN_MS + 1, [ada, carol]);
    await expect.poll(() => count(ada, 'peer-left')).toBe(1);
    await level(ada, carol);
    expect(count(ada, 'peer-disconnected')).toBe(1);
  });

  it('S5 who left meanwhile, by a word or by going away, has left once', async () => {
    const { roomId, all, ada, bob, carol } = await meet(3);
    await goAway(all);
    await bob.request('leave', {});
    carol.goAway();
    await carol.closed();
    await world.pass(120_000, [ada]);
    expect((await world.record(roomId)).peers).toHaveLength(3);
    await comeBack([ada]);
    await expect.poll(() => count(ada, 'peer-left')).toBe(2);
    const left = ada.recordEvents().filter(({ event }) => event === 'peer-left');
    expect(left.map(({ data }) => data)).toEqual(
      expect.arrayContaining([
        { peerId: bob.peerId, reason: 'left' },
        { peerId: carol.peerId, reason: 'left' },
      ]),
    );
    expect(count(ada, 'peer-disconnected')).toBe(0);
  });

  it('S6 nobody’s time ends meanwhile, and who was away has all of it again', async () => {
    const { all, ada, bob, carol } = await meet(3);
    carol.cut();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    await world.pass(ABSENCE_MS - 10_000, [ada, bob]);
    await goAway([ada, bob]);
    await world.pass(600_000, [ada, bob]);
    const again = await TestClient.connect(world.nodes.at(-1)?.url ?? '');
    await expect(again.resume(carol)).rejects.toEqual(unavailable);
    world.stoppable.start();
    await world.pass(LOOK_EVERY_MS + ABSENCE_MS - 2_000, [ada, bob]);
    expect(count(ada, 'peer-left')).toBe(0);
    const third = await TestClient.connect(world.nodes.at(-1)?.url ?? '');
    await third.resume(carol);
    await world.pass(2 * ABSENCE_MS, [ada, bob, third]);
    await level(ada, bob, third);
    expect(all.map((client) => count(client, 'peer-left'))).toEqual([0, 0, 0]);
    expect(count(ada, 'peer-resumed')).toBe(1);
  });

  it('S6 who does not come back after it leaves once, when the time is over', async () => {
    const { ada, bob, carol } = await meet(3);
    carol.cut();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    await goAway([ada, bob]);
    await world.pass(120_000, [ada, bob]);
    await comeBack([ada, bob]);
    await world.pass(ABSENCE_MS - RETURN_MS - LOOK_EVERY_MS, [ada, bob]);
    expect(count(ada, 'peer-left')).toBe(0);
    await world.pass(BACK_MS + LOOK_EVERY_MS, [ada, bob]);
    await expect.poll(() => count(ada, 'peer-left')).toBe(1);
    await world.pass(ABSENCE_MS, [ada, bob]);
    await level(ada, bob);
    expect(count(bob, 'peer-left')).toBe(1);
  });

  it('S4 what was done though its answer was lost is not done again, and everybody hears of it', async () => {
    const { roomId, all, ada, bob } = await meet(2);
    const made = { group: anyPoint(1), prev: null, tag: anyTag() };
    const bobs = anyKeyPackage();
    const commit = anyCommit(made.group, [bob.peerId]);
    const steps: readonly (readonly [TestClient, string, unknown])[] = [
      [ada, 'set-stream', { source: 'mic', on: true }],
      [ada, 'create-group', made],
      [bob, 'key-package', bobs],
      [ada, 'commit', commit],
      [bob, 'bad-commit', { messageId: commit.messageId }],
      [ada, 'set-direct', { direct: false }],
      [ada, 'close-stream', { source: 'mic' }],
    ];
    for (const [client, method, data] of steps) {
      world.stoppable.stopAfterNext();
      await expect(client.send(method, data), method).rejects.toEqual(unavailable);
      world.stoppable.start();
      await client.send(method, data);
      await client.send(method, data);
    }
    await world.pass(RETURN_MS, all);
    await level(...all);
    const once = ['group-created', 'key-package', 'commit', 'commit-reported', 'direct-changed'];
    expect(once.map((name) => count(bob, name))).toEqual(once.map(() => 1));
    // On, and off.
    expect(count(bob, 'stream-changed')).toBe(2);
    const message = { messageId: anyMessageId() };
    await expect(bob.send('bad-commit', message)).rejects.toEqual(
      expect.objectContaining({ code: 'not-found' }),
    );
    expect((await world.record(roomId)).group).toMatchObject(pointAfter(made.group));
  });

  it('S4 what nobody repeats is told all the same', async () => {
    const { all, ada, bob } = await meet(2);
    world.stoppable.stopAfterNext();
    const on = ada.request('set-stream', { source: 'cam', on: true });
    await expect(on).rejects.toEqual(unavailable);
    world.stoppable.start();
    await world.pass(RETURN_MS, all);
    await level(...all);
    expect([ada, bob].map((client) => count(client, 'stream-changed'))).toEqual([1, 1]);
  });

  it('S4 a leave whose answer was lost is a leave, once', async () => {
    const { roomId, ada, bob } = await meet(2);
    world.stoppable.stopAfterNext();
    await bob.request('leave', {});
    world.stoppable.start();
    await world.pass(RETURN_MS, [ada]);
    await expect.poll(() => count(ada, 'peer-left')).toBe(1);
    expect((await world.record(roomId)).peers).toHaveLength(1);
    expect(count(ada, 'peer-disconnected')).toBe(0);
  });

  it('K7 a message that is repeated after a lost answer may come twice, in order', async () => {
    const { all, ada, bob } = await meet(2);
    await ada.request('create-group', { group: anyPoint(1), prev: null, tag: anyTag() });
    const [first, second] = [anyEnvelope(), anyEnvelope()];
    world.stoppable.stopAfterNext();
    const said = ada.request('app-message', { envelope: first });
    await expect(said).rejects.toEqual(unavailable);
    world.stoppable.start();
    await ada.request('app-message', { envelope: first });
    await ada.request('app-message', { envelope: second });
    await expect.poll(() => count(bob, 'app-message')).toBe(3);
    const heard = bob.events.flatMap((event) =>
      event.event === 'app-message' ? [event.data.message.envelope] : [],
    );
    expect(heard).toEqual([first, first, second]);
    await level(...all);
  });

  it('S7 a store that is back without its rooms: one reset, and the same people in one record', async () => {
    const { roomId, all, ada } = await meet(3);
    const before = await world.record(roomId);
    await goAway(all);
    await world.stoppable.empty();
    await comeBack(all);
    for (const client of all) await client.heard('room-reset');
    await Promise.all(all.map((client) => client.join(client.session.sessionToken)));
    await level(...all);
    const after = await world.record(roomId);
    expect(after.incarnation).not.toBe(before.incarnation);
    expect(after.peers.map(({ peerId }) => peerId).toSorted()).toEqual(
      before.peers.map(({ peerId }) => peerId).toSorted(),
    );
    expect(all.map((client) => count(client, 'room-reset'))).toEqual([1, 1, 1]);
    expect(ada.closeCode).toBeNull();
  });

  it('S3 a store that says nothing holds up no heartbeat, and what waits is refused together', async () => {
    const { all, ada, bob } = await meet(2);
    world.stoppable.hang();
    const waiting = all.map((client) => client.request('set-stream', { source: 'mic', on: true }));
    // Not ours to ask behind a request that waits: beats come, and the sockets stay.
    for (const client of all)
      client.sendRaw(JSON.stringify({ id: 0, method: 'heartbeat', data: {} }));
    world.clock.advance(HEARTBEAT_INTERVAL_MS);
    await expect.poll(() => all.every((client) => count(client, 'heartbeat') > 0)).toBe(true);
    world.stoppable.stop();
    for (const one of waiting) await expect(one).rejects.toEqual(unavailable);
    world.stoppable.start();
    await world.pass(RETURN_MS, all);
    expect([ada, bob].map(({ closeCode }) => closeCode)).toEqual([null, null]);
    for (const client of all) await client.request('set-stream', { source: 'mic', on: true });
    await level(...all);
    expect(count(ada, 'stream-changed')).toBe(2);
  });
});

it('K7 L2 what an absent store refuses takes nothing of what one may say', async () => {
  const limits = { ...NO_LIMITS, appMessages: { burst: 2, perSecond: 0 } };
  const world = await startNodes({ count: 1, media, limits });
  const ada = await world.join(await world.newRoom());
  await ada.request('create-group', { group: anyPoint(1), prev: null, tag: anyTag() });
  const say = () => ada.request('app-message', { envelope: anyEnvelope() });
  world.stoppable.stop();
  for (let times = 0; times < 10; times += 1) await expect(say()).rejects.toEqual(unavailable);
  world.stoppable.start();
  await say();
  await say();
  await expect(say()).rejects.toEqual(rateLimited);
  await world.close();
});

it('S2 V4 a socket whose room was reset, and that joins no more, is closed', async () => {
  const world = await startNodes({ count: 1, media });
  const roomId = await world.newRoom();
  const [ada, bob] = [await world.join(roomId), await world.join(roomId)];
  await level(ada, bob);
  world.stoppable.stop();
  await world.pass(LOOK_EVERY_MS, [ada, bob]);
  await world.stoppable.empty();
  world.stoppable.start();
  await world.pass(BACK_MS, [ada, bob]);
  await Promise.all([ada.heard('room-reset'), bob.heard('room-reset')]);
  await ada.join(ada.session.sessionToken);
  world.clock.advance(14_999);
  await ada.request('heartbeat', {});
  await bob.request('heartbeat', {});
  world.clock.advance(1);
  expect(await bob.closed()).toBe(CLOSE.notJoined);
  expect(ada.closeCode).toBeNull();
  await world.close();
});
