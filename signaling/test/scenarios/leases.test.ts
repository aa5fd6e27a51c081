// Nodes that die, sleep, or hear nothing (PROTOCOL N1–N5): order and counts, with the clock of the test.
import type { MediaServer } from '@sotto/sfu-worker';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLOSE, HEARTBEAT_INTERVAL_MS, PROTOCOL_VERSION } from '../../src/protocol/index.ts';
import { ABSENCE_MS } from '../../src/rooms/absences.ts';
import { CUT_OFF_MS, CUT_OFF_SPREAD_MS } from '../../src/rooms/cut-off.ts';
import { BEAT_MS } from '../../src/rooms/node-leases.ts';
import { RENEW_MS } from '../../src/rooms/room-store.ts';
import { anyEnvelope, anyPoint, anyTag } from '../support/group-samples.ts';
import { startMedia } from '../support/harness.ts';
import { count, level } from '../support/meeting.ts';
import { type Nodes, startNodes } from '../support/nodes.ts';
import { fetchToken } from '../support/rooms.ts';
import { TestClient } from '../support/test-client.ts';

let media: MediaServer;
let world: Nodes;
beforeAll(async () => {
  media = await startMedia(1);
});
beforeEach(async () => {
  world = await startNodes({ count: 3, media });
});
afterEach(() => world.close());
afterAll(() => media.close());

const nodeAt = (index: number) => {
  const node = world.nodes[index];
  if (node === undefined) throw new Error(`no node ${index}`);
  return node;
};

const peerOf = async (roomId: Parameters<Nodes['record']>[0], { peerId }: TestClient) =>
  (await world.record(roomId)).peers.find((peer) => peer.peerId === peerId);

const heardBy = (client: TestClient): readonly string[] =>
  client.events.flatMap((event) =>
    event.event === 'app-message' ? [event.data.message.envelope] : [],
  );

/** Ada and Bob by the first two nodes, Carol and Dan by the third. */
const meetAtThree = async () => {
  const roomId = await world.newRoom();
  const ada = await TestClient.join(nodeAt(0).url, roomId);
  const bob = await TestClient.join(nodeAt(1).url, roomId);
  const carol = await TestClient.join(nodeAt(2).url, roomId);
  const dan = await TestClient.join(nodeAt(2).url, roomId);
  await level(ada, bob, carol, dan);
  return { roomId, ada, bob, carol, dan };
};

/** As after SIGKILL: its sockets are lost, and it tells nobody. */
const kill = (index: number, clients: readonly TestClient[]): void => {
  nodeAt(index).hints.sleep();
  for (const client of clients) client.cut();
  world.table.die(nodeAt(index).leases.self);
};

describe('nodes that die', () => {
  it('N1 the people of a dead node are disconnected once, and leave 45 s after that', async () => {
    const { roomId, ada, bob, carol, dan } = await meetAtThree();
    kill(2, [carol, dan]);
    await world.pass(HEARTBEAT_INTERVAL_MS, [ada, bob]);
    expect(count(ada, 'peer-disconnected')).toBe(0);
    for (let beats = 0; beats < 5; beats += 1) world.table.beat();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(2);
    world.table.beat();
    await world.pass(ABSENCE_MS - 1, [ada, bob]);
    await level(ada, bob);
    expect(count(ada, 'peer-left')).toBe(0);
    await world.pass(1, [ada, bob]);
    await expect.poll(() => count(bob, 'peer-left')).toBe(2);
    await level(ada, bob);
    for (const client of [ada, bob]) {
      expect(count(client, 'peer-disconnected')).toBe(2);
      expect(count(client, 'peer-left')).toBe(2);
    }
    expect((await world.record(roomId)).peers.map(({ peerId }) => peerId)).toEqual([
      ada.peerId,
      bob.peerId,
    ]);
  });

  it('N1 who resumed at another node in time was never away', async () => {
    const { ada, bob, carol, dan } = await meetAtThree();
    kill(2, [carol, dan]);
    const again = await TestClient.connect(nodeAt(0).url);
    await again.resume(carol);
    for (let beats = 0; beats < 3; beats += 1) world.table.beat();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    await level(ada, bob, again);
    const gone = ada.recordEvents().filter(({ event }) => event === 'peer-disconnected');
    expect(gone.map(({ data }) => data)).toEqual([{ peerId: dan.peerId }]);
    // Nothing is missing for who came back, and nobody else moved.
    await again.request('set-stream', { source: 'mic', on: true });
    await level(ada, bob, again);
  });

  it('N1 while it cannot be told who is dead, nobody is', async () => {
    const { ada, bob } = await meetAtThree();
    for (let beats = 0; beats < 5; beats += 1) world.table.beat();
    await ada.request('set-stream', { source: 'mic', on: true });
    await level(ada, bob);
    expect(count(ada, 'peer-disconnected')).toBe(0);
  });

  it('N1 a room that is taken up after the death finds who is forsaken at the next beat', async () => {
    const { roomId, ada, bob, carol, dan } = await meetAtThree();
    kill(0, [ada]);
    kill(1, [bob]);
    kill(2, [carol, dan]);
    // Nobody holds the room until somebody comes, by a node that had no part in it.
    const node = await world.add();
    world.table.beat();
    const erin = await TestClient.join(node.url, roomId);
    expect(erin.session.room.peers.filter(({ connected }) => connected)).toHaveLength(5);
    world.table.beat();
    await expect.poll(() => count(erin, 'peer-disconnected')).toBe(4);
    const { peers } = await world.record(roomId);
    expect(peers.filter(({ connected }) => connected).map(({ peerId }) => peerId)).toEqual([
      erin.peerId,
    ]);
  });
});

describe('nodes that sleep, and hear nothing', () => {
  it('N3 a node that slept through its lease closes those sockets, and they are resumed', async () => {
    const { roomId, ada, bob, carol, dan } = await meetAtThree();
    nodeAt(2).hints.sleep();
    world.table.die(nodeAt(2).leases.self);
    world.table.beat();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(2);
    expect([carol.closeCode, dan.closeCode]).toEqual([null, null]);
    world.table.comeBack(nodeAt(2).leases.self);
    nodeAt(2).hints.wake();
    expect([await carol.closed(), await dan.closed()]).toEqual([CLOSE.silent, CLOSE.silent]);
    const [carolAgain, danAgain] = [
      await TestClient.connect(nodeAt(2).url),
      await TestClient.connect(nodeAt(1).url),
    ];
    await carolAgain.resume(carol);
    await danAgain.resume(dan);
    await level(ada, bob, carolAgain, danAgain);
    expect(count(ada, 'peer-disconnected')).toBe(2);
    expect(count(ada, 'peer-resumed')).toBe(2);
    await world.pass(2 * ABSENCE_MS, [ada, bob, carolAgain, danAgain]);
    await level(ada, bob, carolAgain, danAgain);
    expect(count(ada, 'peer-left')).toBe(0);
    expect((await world.record(roomId)).peers.every(({ connected }) => connected)).toBe(true);
  });

  it('N4 what no hint told is found when a room is renewed', async () => {
    const { ada, bob, carol, dan } = await meetAtThree();
    const said = [anyEnvelope(), anyEnvelope()];
    nodeAt(1).hints.deafen();
    await ada.request('create-group', { group: anyPoint(1), prev: null, tag: anyTag() });
    for (const envelope of said) await ada.request('app-message', { envelope });
    await level(ada, carol, dan);
    expect(heardBy(bob)).toEqual([]);
    await world.pass(RENEW_MS, [ada, bob, carol, dan]);
    await level(ada, bob, carol, dan);
    expect(count(bob, 'group-created')).toBe(1);
    await expect.poll(() => heardBy(bob)).toEqual(said);
    await world.pass(RENEW_MS, [ada, bob, carol, dan]);
    expect([bob, carol].map(heardBy)).toEqual([said, said]);
    expect(bob.closeCode).toBeNull();
  });

  it('N4 a room that was forgotten behind a node’s back is found, and made again', async () => {
    const { roomId, ada, bob, carol, dan } = await meetAtThree();
    const before = await world.record(roomId);
    await world.stoppable.empty();
    await world.pass(RENEW_MS, [ada, bob, carol, dan]);
    const everybody = [ada, bob, carol, dan];
    for (const client of everybody) await client.heard('room-reset');
    await Promise.all(everybody.map((client) => client.join(client.session.sessionToken)));
    await level(...everybody);
    const after = await world.record(roomId);
    expect(after.incarnation).not.toBe(before.incarnation);
    expect(after.peers.map(({ peerId }) => peerId).toSorted()).toEqual(
      before.peers.map(({ peerId }) => peerId).toSorted(),
    );
    expect(everybody.map((client) => count(client, 'room-reset'))).toEqual([1, 1, 1, 1]);
  });

  it('N5 a join whose answer was lost leaves nobody behind that no node holds', async () => {
    const { roomId, ada, bob, carol, dan } = await meetAtThree();
    const token = await fetchToken(nodeAt(2).url, roomId);
    const erin = await TestClient.connect(nodeAt(2).url);
    world.stoppable.stopAfterNext();
    const join = erin.request('join', { protocol: PROTOCOL_VERSION, token, direct: true });
    await expect(join).rejects.toEqual(expect.objectContaining({ code: 'unavailable' }));
    world.stoppable.start();
    erin.cut();
    expect((await world.record(roomId)).peers).toHaveLength(5);
    await world.pass(HEARTBEAT_INTERVAL_MS, [ada, bob, carol, dan]);
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(1);
    await world.pass(ABSENCE_MS, [ada, bob, carol, dan]);
    await expect.poll(() => count(ada, 'peer-left')).toBe(1);
    await level(ada, bob);
    expect(count(ada, 'peer-disconnected')).toBe(1);
  });

  it('N5 who tries again after a lost answer is in the room, once, and stays', async () => {
    const { roomId, ada, bob, carol, dan } = await meetAtThree();
    const token = await fetchToken(nodeAt(2).url, roomId);
    const erin = await TestClient.connect(nodeAt(2).url);
    world.stoppable.stopAfterNext();
    await expect(erin.join(token)).rejects.toEqual(
      expect.objectContaining({ code: 'unavailable' }),
    );
    world.stoppable.start();
    await erin.join(token);
    await world.pass(2 * ABSENCE_MS, [ada, bob, carol, dan, erin]);
    await level(ada, bob, erin);
    expect(await peerOf(roomId, erin)).toMatchObject({ connected: true });
    expect(count(ada, 'peer-disconnected')).toBe(0);
    expect(ada.recordEvents().filter(({ event }) => event === 'peer-joined')).toHaveLength(4);
  });
});

describe('a node that is cut off', () => {
  it('N6 closes its sockets, whose people resume by another node, and were never out', async () => {
    const { ada, bob, carol, dan } = await meetAtThree();
    const { leases, hints } = nodeAt(2);
    hints.sleep();
    world.table.die(leases.self);
    for (let beats = 0; beats < 3; beats += 1) world.table.beat();
    await expect.poll(() => count(ada, 'peer-disconnected')).toBe(2);
    world.table.fail(leases.self, CUT_OFF_MS);
    await world.pass(BEAT_MS + CUT_OFF_SPREAD_MS, [ada, bob]);
    expect([await carol.closed(), await dan.closed()]).toEqual([CLOSE.silent, CLOSE.silent]);
    const again = await Promise.all(
      [carol, dan].map(async (client) => {
        const next = await TestClient.connect(nodeAt(0).url);
        await next.resume(client);
        return next;
      }),
    );
    world.table.fail(leases.self, 0);
    world.table.comeBack(leases.self);
    hints.wake();
    await world.pass(2 * ABSENCE_MS, [ada, bob, ...again]);
    await level(ada, bob, ...again);
    expect([count(ada, 'peer-disconnected'), count(ada, 'peer-resumed')]).toEqual([2, 2]);
    expect([count(ada, 'peer-left'), ada.closeCode, bob.closeCode]).toEqual([0, null, null]);
  });
});
