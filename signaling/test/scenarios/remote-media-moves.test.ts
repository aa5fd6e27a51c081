// Moves at moments that real media nodes would come to too rarely: nodes that drain one after another, that
// are connected late or lost in between, and a store that is away (PROTOCOL M17).
import { MediaError } from '@sotto/sfu-worker/protocol';
import { afterEach, expect, it } from 'vitest';
import { MOVE_RETRY_MS, MOVE_TURN_MS, MOVES_AT_ONCE } from '../../src/handlers/moves.ts';
import type { RoomId } from '../../src/protocol/index.ts';
import { PLACE_RETRY_MS } from '../../src/rooms/call-modes.ts';
import { BACK_MS } from '../../src/rooms/store-watch.ts';
import { count } from '../support/media-steps.ts';
import { TestClient } from '../support/test-client.ts';
import {
  type FakeNode,
  fakeNode,
  fakeState,
  type FakeWorld,
  startFakeWorld,
  toldOf,
} from '../support/remote-media-fakes.ts';

const worlds: FakeWorld[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

const start = async (...nodesOfApps: readonly (readonly FakeNode[])[]): Promise<FakeWorld> => {
  const world = await startFakeWorld(nodesOfApps);
  worlds.push(world);
  return world;
};

/** The less likely choice. */
const busyNode = (id: string, cpu = 0.9): FakeNode => fakeNode(id, fakeState(), cpu);

const openSend = (client: TestClient): Promise<unknown> =>
  client.request('open-transport', { direction: 'send', placement: client.placement });

const arrive = (client: TestClient): Promise<unknown> =>
  client.request('arrived', { placement: client.placement });

/** Waits until the room has been placed so often, while time passes for those who try again. */
const placed = async (here: FakeWorld, client: TestClient, times: number): Promise<void> => {
  const told = async () => {
    await here.pass(MOVE_RETRY_MS, [client]);
    return count(client, 'room-placed') + (client.session.room.placement === null ? 0 : 1);
  };
  await expect.poll(told).toBe(times);
};

/** What was closed with the first placement, of an earlier life of the room, is not looked at. */
const forget = (...nodes: readonly FakeNode[]): void => {
  for (const { state } of nodes) state.told.splice(0);
};

const where = async (here: FakeWorld, roomId: RoomId) => {
  const { home, leaving } = await here.record(roomId);
  return [leaving?.home.nodeId, home?.nodeId];
};

it('M17 a room moves when a worker drains on which only a part of it is, and not for what it has left', async () => {
  const [a, b] = [fakeNode('a.1'), busyNode('b.1')];
  const here = await start([a, b]);
  const [roomId, otherId] = [await here.newRoom(), await here.newRoom()];
  const [ada, bob] = [await here.join(roomId), await here.join(otherId)];
  const [placement] = [await ada.placed(), await bob.placed()];
  a.drainOther([{ roomId, placement }]);
  await placed(here, ada, 2);
  expect(await where(here, roomId)).toEqual(['a.1', 'a.1']);
  const { placement: reached } = await here.record(roomId);
  // It has still that part, under the placement that it leaves.
  await here.pass(4 * MOVE_RETRY_MS, [ada, bob]);
  await arrive(ada);
  await ada.heard('media-lost');
  expect((await here.record(roomId)).placement).toBe(reached);
  expect(bob.names()).not.toContain('media-lost');
  expect(await where(here, otherId)).toEqual([undefined, 'a.1']);
});

it('M17 the new home is told from where the room moves; the former one closes it when all have arrived', async () => {
  const [a, b] = [fakeNode('a.1'), busyNode('b.1')];
  const here = await start([a, b]);
  const roomId = await here.newRoom();
  const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
  const before = await ada.placed();
  await openSend(ada);
  forget(a, b);
  a.drain();
  await placed(here, ada, 2);
  await placed(here, bob, 2);
  expect(await where(here, roomId)).toEqual(['a.1', 'b.1']);
  await openSend(ada);
  const { placement } = ada;
  expect(toldOf(b.state, 'ensureRoom')).toEqual([{ roomId, placement, worker: 0, keep: before }]);
  await arrive(ada);
  await ada.request('read-room', {});
  expect(toldOf(a.state, 'closeRoom')).toEqual([]);
  await arrive(bob);
  expect((await bob.heard('media-lost')).data.placement).toBe(before);
  await expect.poll(() => toldOf(a.state, 'closeRoom')).toHaveLength(1);
  expect(toldOf(b.state, 'closeRoom')).toEqual([]);
  expect([ada, bob].map((client) => count(client, 'media-lost'))).toEqual([1, 1]);
  expect(await where(here, roomId)).toEqual([undefined, 'b.1']);
});

it('M17 so many rooms move at once and no more; when one has arrived another goes', async () => {
  const [a, b] = [fakeNode('a.1'), busyNode('b.1')];
  const here = await start([a, b]);
  const clients: TestClient[] = [];
  const rooms: RoomId[] = [];
  for (let index = 0; index < MOVES_AT_ONCE + 3; index += 1) {
    const roomId = await here.newRoom();
    const client = await here.join(roomId);
    await client.placed();
    clients.push(client);
    rooms.push(roomId);
  }
  const leaving = async () => {
    const records = await Promise.all(rooms.map((roomId) => here.record(roomId)));
    return clients.filter((_, index) => (records[index]?.leaving ?? null) !== null);
  };
  a.drain();
  await expect.poll(async () => (await leaving()).length).toBe(MOVES_AT_ONCE);
  await here.pass(20 * MOVE_RETRY_MS, clients);
  const first = await leaving();
  expect(first).toHaveLength(MOVES_AT_ONCE);
  await Promise.all(
    first.slice(0, 2).map(async (client) => {
      await client.heard('room-placed');
      return arrive(client);
    }),
  );
  expect(await leaving()).toHaveLength(MOVES_AT_ONCE - 2);
  await here.pass(MOVE_RETRY_MS, clients);
  await expect.poll(async () => (await leaving()).length).toBe(MOVES_AT_ONCE);
});

it('M17 who does not arrive, or is not connected, does not hold up the rooms of others for long', async () => {
  const [a, b] = [fakeNode('a.1'), busyNode('b.1')];
  const here = await start([a, b]);
  const clients: TestClient[] = [];
  for (let index = 0; index < 2 * MOVES_AT_ONCE + 1; index += 1) {
    const client = await here.join(await here.newRoom());
    await client.placed();
    clients.push(client);
  }
  const before = clients.map(({ placement }) => placement);
  const hasMoved = (client: TestClient): boolean =>
    client.placement > (before[clients.indexOf(client)] ?? 0);
  const movedAre = async (times: number): Promise<void> => {
    await expect.poll(() => clients.filter(hasMoved)).toHaveLength(times);
  };
  a.drain();
  await movedAre(MOVES_AT_ONCE);
  // One of them is cut off: another room may move in its place.
  const [first] = clients.filter(hasMoved);
  first?.cut();
  const left = clients.filter((client) => client !== first);
  await expect.poll(() => here.logLines.join('')).toContain('peer disconnected');
  await here.pass(MOVE_RETRY_MS, left);
  await movedAre(MOVES_AT_ONCE + 1);
  await here.pass(MOVE_TURN_MS - 2 * MOVE_RETRY_MS, left);
  await movedAre(MOVES_AT_ONCE + 1);
  await here.pass(2 * MOVE_RETRY_MS, left);
  await movedAre(2 * MOVES_AT_ONCE + 1);
  for (const client of left) expect(count(client, 'media-lost')).toBe(0);
});

it('M17 with nowhere to go a room stays where it is, which is logged once, and moves when a node comes', async () => {
  const [a, b] = [fakeNode('a.1'), fakeNode('b.1')];
  b.cut();
  const here = await start([a, b]);
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  await placed(here, ada, 1);
  a.drain();
  await here.pass(20 * MOVE_RETRY_MS, [ada]);
  await ada.request('read-room', {});
  expect(await where(here, roomId)).toEqual([undefined, 'a.1']);
  expect(here.logLines.filter((line) => line.includes('cannot leave'))).toHaveLength(1);
  b.heal();
  await placed(here, ada, 2);
  expect(await where(here, roomId)).toEqual(['a.1', 'b.1']);
  expect(count(ada, 'media-lost')).toBe(0);
});

it('M17 a node that drained before it was connected is left too', async () => {
  const state = fakeState();
  const [first, second] = [fakeNode('a.1', state), fakeNode('a.1', state)];
  second.cut();
  const here = await start([first], [second, busyNode('b.1')]);
  const roomId = await here.newRoom();
  const ada = await TestClient.join(here.urls[0] ?? '', roomId);
  await ada.placed();
  const bob = await TestClient.join(here.urls[1] ?? '', roomId);
  // Of the first process' connection nothing has come, and it knows no other node.
  state.isDraining = true;
  second.heal();
  await placed(here, bob, 2);
  expect(await where(here, roomId)).toEqual(['a.1', 'b.1']);
});

it('M17 a room that is joined at a home that drains is moved by who has joined it', async () => {
  const state = fakeState();
  const [first, second] = [fakeNode('a.1', state), fakeNode('a.1', state)];
  const here = await start([first], [second, busyNode('b.1')]);
  const roomId = await here.newRoom();
  const ada = await TestClient.join(here.urls[0] ?? '', roomId);
  await ada.placed();
  second.drain();
  await here.pass(MOVE_RETRY_MS, [ada]);
  expect(await where(here, roomId)).toEqual([undefined, 'a.1']);
  const bob = await TestClient.join(here.urls[1] ?? '', roomId);
  await placed(here, bob, 2);
  expect(await where(here, roomId)).toEqual(['a.1', 'b.1']);
});

it('M17 a new home that drains too is left for a third: the first one is lost, and all are awaited anew', async () => {
  const [a, b, c] = [fakeNode('a.1'), busyNode('b.1', 0.5), busyNode('c.1')];
  const here = await start([a, b, c]);
  const roomId = await here.newRoom();
  const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
  const before = await ada.placed();
  forget(a, b);
  a.drain();
  await placed(here, ada, 2);
  await arrive(ada);
  b.drain();
  await placed(here, ada, 3);
  await placed(here, bob, 3);
  expect(await where(here, roomId)).toEqual(['b.1', 'c.1']);
  expect((await here.record(roomId)).leaving?.awaited).toEqual([ada.peerId, bob.peerId]);
  expect((await ada.heard('media-lost')).data.placement).toBe(before);
  await expect.poll(() => toldOf(a.state, 'closeRoom')).toHaveLength(1);
  for (const client of [ada, bob]) await arrive(client);
  await expect.poll(() => toldOf(b.state, 'closeRoom')).toHaveLength(1);
  await ada.request('read-room', {});
  expect(count(ada, 'media-lost')).toBe(2);
});

it('M17 S6 nothing moves while the store is away; when it is back the room moves, once', async () => {
  const [a, b] = [fakeNode('a.1'), busyNode('b.1')];
  const here = await start([a, b]);
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  await ada.placed();
  here.stoppable.stop();
  a.drain();
  await here.pass(10 * MOVE_RETRY_MS, [ada]);
  here.stoppable.start();
  await here.pass(BACK_MS, [ada]);
  await placed(here, ada, 2);
  await here.pass(10 * MOVE_RETRY_MS, [ada]);
  await ada.request('read-room', {});
  expect(await where(here, roomId)).toEqual(['a.1', 'b.1']);
  expect(count(ada, 'media-lost')).toBe(0);
});

it('M17 a move whose answer was lost is not made twice', async () => {
  const [a, b] = [fakeNode('a.1'), busyNode('b.1')];
  const here = await start([a, b]);
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  const before = await ada.placed();
  here.stoppable.stopAfterNext();
  a.drain();
  await expect.poll(() => here.stoppable.isReady()).toBe(false);
  here.stoppable.start();
  await here.pass(BACK_MS, [ada]);
  await placed(here, ada, 2);
  await here.pass(10 * MOVE_RETRY_MS, [ada]);
  await ada.request('read-room', {});
  expect((await here.record(roomId)).leaving?.placement).toBe(before);
  expect(count(ada, 'media-lost')).toBe(0);
});

it('M8 M12 M17 a new home that is lost on the very node that is being left is closed there alone', async () => {
  const [a, b] = [fakeNode('a.1'), busyNode('b.1')];
  const here = await start([a, b]);
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  const before = await ada.placed();
  a.drain();
  await placed(here, ada, 2);
  // As after its worker was replaced: the node takes rooms again.
  a.state.isDraining = false;
  b.emit({ type: 'room-lost', roomId, placement: ada.placement });
  await placed(here, ada, 3);
  expect(await where(here, roomId)).toEqual(['a.1', 'a.1']);
  const lost = ada.placement;
  a.emit({ type: 'room-lost', roomId, placement: lost });
  b.state.isDraining = false;
  await placed(here, ada, 4);
  const closed = { roomId, placement: lost, keep: before };
  expect(toldOf(a.state, 'closeRoom')).toEqual([closed]);
  // Found again where it could not be told: it is closed then.
  a.state.held = [before, lost].map((placement) => ({
    roomId,
    placement,
    worker: 0,
    peerIds: [ada.peerId],
  }));
  forget(a);
  a.cut();
  a.heal();
  await expect.poll(() => toldOf(a.state, 'closeRoom')).toEqual([closed]);
  expect(await where(here, roomId)).toEqual(['a.1', expect.any(String)]);
  forget(a);
  await arrive(ada);
  await expect.poll(() => toldOf(a.state, 'closeRoom')).toEqual([{ roomId, placement: before }]);
});

it('M17 who leaves while their new home is waited for ends nothing of the former one', async () => {
  const [oneA, oneB] = [fakeState(), fakeState()];
  const [a, b] = [fakeNode('a.1', oneA), fakeNode('b.1', oneB, 0.9)];
  const [otherA, otherB] = [fakeNode('a.1', oneA), fakeNode('b.1', oneB, 0.9)];
  const here = await start([a, b], [otherA, otherB]);
  const roomId = await here.newRoom();
  const ada = await TestClient.join(here.urls[0] ?? '', roomId);
  const bob = await TestClient.join(here.urls[1] ?? '', roomId);
  const before = await ada.placed();
  b.cut();
  otherA.drain();
  await placed(here, bob, 2);
  await placed(here, ada, 2);
  expect(await where(here, roomId)).toEqual(['a.1', 'b.1']);
  const opening = openSend(ada);
  opening.catch(() => undefined);
  // By another socket: her own has that request to answer first.
  const again = await TestClient.connect(here.urls[1] ?? '');
  await again.join(ada.session.sessionToken);
  await again.request('leave', {});
  await bob.heard('peer-left');
  b.heal();
  const { placement } = bob;
  await expect
    .poll(() => toldOf(oneB, 'ensureRoom'))
    .toEqual([{ roomId, placement, worker: 0, keep: before }]);
});

it('M13 what a node that is being left does not hold any more is lost, and a home that nobody opened is not', async () => {
  const [a, b] = [fakeNode('a.1'), busyNode('b.1')];
  const here = await start([a, b]);
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  const before = await ada.placed();
  a.drain();
  await placed(here, ada, 2);
  const peerIds = [ada.peerId];
  a.state.held = [{ roomId, placement: before, worker: 0, peerIds }];
  for (const node of [a, b]) {
    node.cut();
    node.heal();
  }
  await here.pass(PLACE_RETRY_MS, [ada]);
  await ada.request('read-room', {});
  expect(await where(here, roomId)).toEqual(['a.1', 'b.1']);
  expect(toldOf(a.state, 'closeRoom')).toEqual([]);
  a.state.held = [];
  a.cut();
  a.heal();
  expect((await ada.heard('media-lost')).data.placement).toBe(before);
  expect(await where(here, roomId)).toEqual([undefined, 'b.1']);
});

it('M12 who left while the room moved has no media at either home', async () => {
  const [a, b] = [fakeNode('a.1'), busyNode('b.1')];
  const here = await start([a, b]);
  const roomId = await here.newRoom();
  const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
  const before = await ada.placed();
  forget(a, b);
  a.drain();
  await placed(here, ada, 2);
  const { peerId } = bob;
  const { placement } = ada;
  await bob.request('leave', {});
  await expect
    .poll(() => toldOf(a.state, 'closePeer'))
    .toEqual([{ roomId, placement: before, peerId }]);
  await expect.poll(() => toldOf(b.state, 'closePeer')).toEqual([{ roomId, placement, peerId }]);
  await ada.request('leave', {});
  await expect
    .poll(() => [a, b].map(({ state }) => toldOf(state, 'closeRoom')))
    .toEqual([[{ roomId, placement: before }], [{ roomId, placement }]]);
});

it('M8 M17 a node that takes no room costs one its placement once, however little it has to do', async () => {
  const [a, b, c] = [fakeNode('a.1'), busyNode('b.1'), fakeNode('c.1')];
  const here = await start([a, b, c]);
  c.cut();
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  await placed(here, ada, 1);
  c.heal();
  c.state.overloaded.add('ensureRoom');
  a.drain();
  await placed(here, ada, 2);
  expect(await where(here, roomId)).toEqual(['a.1', 'c.1']);
  await expect(openSend(ada)).rejects.toMatchObject({ code: 'media-unavailable' });
  await placed(here, ada, 3);
  expect(await where(here, roomId)).toEqual(['a.1', 'b.1']);
  await openSend(ada);
});

it('M8 a call that is late by the former placement does not end what is left of it', async () => {
  const a = fakeNode('a.1');
  const here = await start([a, busyNode('b.1')]);
  const roomId = await here.newRoom();
  const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
  const before = await ada.placed();
  const answer = Promise.withResolvers<void>();
  a.state.meanwhile.set('ensureRoom', () => answer.promise);
  const opening = openSend(ada);
  opening.catch(() => undefined);
  await expect.poll(() => toldOf(a.state, 'ensureRoom')).toHaveLength(1);
  a.drain();
  await placed(here, bob, 2);
  answer.reject(new MediaError('stale-placement', 'the room has a newer placement'));
  await expect(opening).rejects.toMatchObject({ code: 'stale-placement' });
  await bob.request('read-room', {});
  expect((await here.record(roomId)).leaving?.placement).toBe(before);
  expect(count(bob, 'media-lost')).toBe(0);
});
