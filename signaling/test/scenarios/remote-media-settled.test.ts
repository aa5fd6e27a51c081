// Media that a record does not name any more, or names otherwise, and of which the node could not be told at
// the time: it is told later (PROTOCOL M13).
import { afterEach, expect, it } from 'vitest';
import { RETRY_MS } from '../../src/handlers/persist.ts';
import { ABSENCE_MS } from '../../src/rooms/absences.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';
import { LOOK_EVERY_MS } from '../../src/rooms/store-watch.ts';
import { TestClient } from '../support/test-client.ts';
import {
  type FakeNode,
  fakeNode,
  fakeState,
  type FakeState,
  type FakeWorld,
  produceAt,
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

/** Time passes, as the store is back and what was left is tried, until the node has been told this. */
const isTold = async (
  here: FakeWorld,
  state: FakeState,
  method: string,
  data: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const told = () => {
    here.clock.advance(LOOK_EVERY_MS);
    return toldOf(state, method);
  };
  await expect.poll(told).toContainEqual(expect.objectContaining(data));
};

const pausesOf = (state: FakeState): readonly unknown[] =>
  toldOf(state, 'setProducerPaused').map(({ paused }) => paused);

it('M13 who unmutes while the node is cut off, and goes on at another process, is unmuted on the node', async () => {
  const state = fakeState();
  const [first, second] = [fakeNode('a.1', state), fakeNode('a.1', state)];
  const here = await start([first], [second]);
  const roomId = await here.newRoom();
  const ada = await TestClient.join(here.urls[0] ?? '', roomId);
  const bob = await TestClient.join(here.urls[1] ?? '', roomId);
  const producerId = await produceAt(ada, false);
  first.cut();
  await ada.request('set-stream', { source: 'mic', on: true });
  expect(pausesOf(state)).toEqual([]);
  ada.cut();
  await bob.heard('peer-disconnected');
  const again = await TestClient.connect(here.urls[1] ?? '');
  await again.resume(ada);
  first.heal();
  await isTold(here, state, 'setProducerPaused', { producerId, paused: false });
  expect(pausesOf(state)).not.toContain(true);
});

it('M13 what was closed while the node was cut off is closed on it when it is back', async () => {
  const a = fakeNode('a.1');
  const here = await start([a]);
  const ada = await here.join(await here.newRoom());
  const producerId = await produceAt(ada);
  a.cut();
  await ada.request('close-stream', { source: 'mic' });
  a.heal();
  await isTold(here, a.state, 'closeProducer', { producerId });
});

it('M13 what was closed by a node with too much to do is closed on it later', async () => {
  const a = fakeNode('a.1');
  const here = await start([a]);
  const ada = await here.join(await here.newRoom());
  const producerId = await produceAt(ada);
  a.state.overloaded.add('closeProducer');
  await expect(ada.request('close-stream', { source: 'mic' })).rejects.toMatchObject({
    code: 'media-unavailable',
  });
  a.state.overloaded.clear();
  const before = toldOf(a.state, 'closeProducer').length;
  here.clock.advance(RETRY_MS);
  await expect.poll(() => toldOf(a.state, 'closeProducer')).toHaveLength(before + 1);
  expect(toldOf(a.state, 'closeProducer').at(-1)).toMatchObject({ producerId });
});

it('M13 a stream whose end was told with its answer lost is closed on the node, once asked again or not', async () => {
  const a = fakeNode('a.1');
  const here = await start([a]);
  const ada = await here.join(await here.newRoom());
  const producerId = await produceAt(ada);
  here.stoppable.stopAfterNext();
  const closing = ada.request('close-stream', { source: 'mic' });
  await expect(closing).rejects.toMatchObject({ code: 'unavailable' });
  here.stoppable.start();
  await isTold(here, a.state, 'closeProducer', { producerId });
  await ada.request('close-stream', { source: 'mic' });
});

it('M13 a stream whose end was not told after all goes on', async () => {
  const a = fakeNode('a.1');
  const here = await start([a]);
  const ada = await here.join(await here.newRoom());
  const producerId = await produceAt(ada);
  here.stoppable.stop();
  const closing = ada.request('close-stream', { source: 'mic' });
  await expect(closing).rejects.toMatchObject({ code: 'unavailable' });
  here.stoppable.start();
  await isTold(here, a.state, 'setProducerPaused', { producerId, paused: false });
  expect(toldOf(a.state, 'closeProducer')).toEqual([]);
});

it('M13 a producer whose name was told with the answer lost stays; one that has no name is closed', async () => {
  const a = fakeNode('a.1');
  const here = await start([a]);
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  await ada.placed();
  here.stoppable.stopAfterNext();
  await expect(produceAt(ada)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(produceAt(ada)).rejects.toMatchObject({ code: 'unavailable' });
  const [named, nameless] = toldOf(a.state, 'produce').map(({ producerId }) => producerId);
  here.stoppable.start();
  await isTold(here, a.state, 'closeProducer', { producerId: nameless });
  await isTold(here, a.state, 'setProducerPaused', { producerId: named, paused: false });
  expect((await here.record(roomId)).peers[0]?.streams.mic.producerId).toBe(named);
  expect(toldOf(a.state, 'closeProducer')).not.toContainEqual(
    expect.objectContaining({ producerId: named }),
  );
});

it('M13 who did not come back in time has no media, though the answer to that was lost', async () => {
  const a = fakeNode('a.1');
  const here = await start([a]);
  const roomId = await here.newRoom();
  const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
  await ada.placed();
  bob.cut();
  await ada.heard('peer-disconnected');
  await here.pass(ABSENCE_MS - 1, [ada]);
  here.stoppable.stopAfterNext();
  here.clock.advance(1);
  await expect.poll(() => here.stoppable.isReady()).toBe(false);
  here.stoppable.start();
  await ada.heard('peer-left');
  expect(toldOf(a.state, 'closePeer')).toEqual([]);
  await isTold(here, a.state, 'closePeer', { peerId: bob.peerId });
  expect(toldOf(a.state, 'closeRoom')).toEqual([]);
});

it('M13 while a node is cut off the store is not asked again and again about what is to be told', async () => {
  const a = fakeNode('a.1');
  const reads: string[] = [];
  const wrapStore = (store: RoomStore): RoomStore => ({
    ...store,
    read: async (roomId, after) => {
      reads.push(roomId);
      return store.read(roomId, after);
    },
  });
  const here = await startFakeWorld([[a]], { wrapStore });
  worlds.push(here);
  const roomId = await here.newRoom();
  const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
  const producerId = await produceAt(ada);
  a.cut();
  await ada.request('set-stream', { source: 'mic', on: false });
  await bob.request('leave', {});
  await ada.heard('peer-left');
  reads.splice(0);
  await here.pass(5 * RETRY_MS, [ada]);
  expect(reads).toEqual([]);
  a.state.held = [{ roomId, placement: ada.placement, worker: 0, peerIds: [ada.peerId] }];
  a.heal();
  await isTold(here, a.state, 'setProducerPaused', { producerId, paused: true });
});

it('M13 who leaves a node with too much to do has no media there later, nor has a room with nobody in it', async () => {
  const a = fakeNode('a.1');
  const here = await start([a]);
  const roomId = await here.newRoom();
  const [ada, bob] = [await here.join(roomId), await here.join(roomId)];
  const placement = await ada.placed();
  for (const method of ['closePeer', 'closeRoom']) a.state.overloaded.add(method);
  await bob.request('leave', {});
  await expect.poll(() => toldOf(a.state, 'closePeer')).toHaveLength(1);
  await ada.request('leave', {});
  await expect.poll(() => toldOf(a.state, 'closeRoom')).toHaveLength(1);
  a.state.overloaded.clear();
  a.state.told.splice(0);
  await isTold(here, a.state, 'closeRoom', { roomId, placement });
});
