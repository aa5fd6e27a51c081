// What ends a placement, or leaves media open, at a moment when it cannot be said: it is said all the same
// (PROTOCOL M8, M12–M15).
import { afterEach, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { RECONCILE_RETRY_MS } from '../../src/handlers/media-events.ts';
import { UNSEEN_AFTER_MS } from '../../src/media/media-directory.ts';
import { GONE_AFTER_MS } from '../../src/media/node-lives.ts';
import { PLACE_RETRY_MS } from '../../src/rooms/call-modes.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';
import { BACK_MS } from '../../src/rooms/store-watch.ts';
import { count } from '../support/media-steps.ts';
import { NO_LIMITS } from '../support/scene-settings.ts';
import { TestClient } from '../support/test-client.ts';
import {
  type FakeNode,
  fakeNode,
  fakeState,
  type FakeWorld,
  type FakeWorldOptions,
  startFakeWorld,
  toldOf,
} from '../support/remote-media-fakes.ts';

const worlds: FakeWorld[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

const start = async (
  nodesOfApps: readonly (readonly FakeNode[])[],
  options?: FakeWorldOptions,
): Promise<FakeWorld> => {
  const world = await startFakeWorld(nodesOfApps, options);
  worlds.push(world);
  return world;
};

/** Waits for a placement after this one, while the time passes in which a room is placed again. */
const placedAfter = async (here: FakeWorld, before: number, client: TestClient): Promise<void> => {
  const placement = async (): Promise<number> => {
    await here.pass(PLACE_RETRY_MS, [client]);
    return client.placement;
  };
  await expect.poll(placement).toBeGreaterThan(before);
};

/** What was begun without anybody outside has been done. */
const turnOfEvents = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const openSend = (client: TestClient): Promise<unknown> =>
  client.request('open-transport', { direction: 'send', placement: client.placement });

it('M15 a node that is given up while the store is away: its rooms move when the store is back', async () => {
  const [a, b] = [fakeNode('a.1'), fakeNode('b.1', fakeState(), 0.9)];
  const here = await start([[a, b]]);
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  const before = await ada.placed();
  expect((await here.record(roomId)).home?.nodeId).toBe('a.1');
  a.cut();
  here.stoppable.stop();
  await here.pass(GONE_AFTER_MS, [ada]);
  here.stoppable.start();
  await here.pass(BACK_MS, [ada]);
  await placedAfter(here, before, ada);
  expect((await here.record(roomId)).home?.nodeId).toBe('b.1');
  expect(count(ada, 'media-lost')).toBe(1);
});

it('M14 a node that starts anew while the store is away: its rooms are placed again when the store is back', async () => {
  const a = fakeNode('a.1');
  const here = await start([[a]]);
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  const before = await ada.placed();
  here.stoppable.stop();
  a.cut();
  a.heal('a.2');
  await here.pass(GONE_AFTER_MS, [ada]);
  here.stoppable.start();
  await here.pass(BACK_MS, [ada]);
  await placedAfter(here, before, ada);
  expect((await here.record(roomId)).home?.nodeId).toBe('a.2');
  expect(count(ada, 'media-lost')).toBe(1);
});

it('M8 a worker that dies while the store is away: its rooms are placed again when the store is back', async () => {
  const a = fakeNode('a.1');
  const here = await start([[a]]);
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  const before = await ada.placed();
  here.stoppable.stop();
  a.emit({ type: 'room-lost', roomId, placement: before });
  await here.pass(GONE_AFTER_MS, [ada]);
  here.stoppable.start();
  await placedAfter(here, before, ada);
  expect(count(ada, 'media-lost')).toBe(1);
});

it('M15 who opens a transport finds that the home is gone, where it could not be said before', async () => {
  const [a, b] = [fakeNode('a.1'), fakeNode('b.1', fakeState(), 0.9)];
  let isBroken = false;
  const wrapStore = (store: RoomStore): RoomStore => ({
    ...store,
    append: async (...append) => {
      if (isBroken) throw new AppError('internal', 'the store fails');
      return store.append(...append);
    },
  });
  const here = await start([[a, b]], { wrapStore });
  const roomId = await here.newRoom();
  const ada = await here.join(roomId);
  const before = await ada.placed();
  a.cut();
  isBroken = true;
  await here.pass(GONE_AFTER_MS, [ada]);
  isBroken = false;
  // At once: the clock stands still.
  await expect(openSend(ada)).rejects.toMatchObject({ code: 'media-unavailable' });
  await ada.heard('media-lost');
  await placedAfter(here, before, ada);
  expect((await here.record(roomId)).home?.nodeId).toBe('b.1');
});

it('M14 processes that see different nodes do not take a room from each other at once', async () => {
  const here = await start([[fakeNode('a.1')], [fakeNode('b.1')]]);
  const roomId = await here.newRoom();
  const clients: TestClient[] = [];
  for (let index = 0; index < 4; index += 1) {
    clients.push(await TestClient.join(here.urls[index % 2] ?? '', roomId));
    await clients[0]?.placed();
    await here.pass(PLACE_RETRY_MS, clients);
  }
  const [ada] = clients;
  if (ada === undefined) throw new Error('nobody');
  await ada.request('read-room', {});
  expect(count(ada, 'media-lost')).toBe(0);
  const before = ada.placement;
  await here.pass(UNSEEN_AFTER_MS, clients);
  await placedAfter(here, before, ada);
  expect(count(ada, 'media-lost')).toBe(1);
});

it('M8 a node with too much to do costs a room its placement so often and no more', async () => {
  const a = fakeNode('a.1');
  const limits = { ...NO_LIMITS, costly: { burst: 2, perSecond: 1 } };
  const here = await start([[a]], { limits });
  const ada = await here.join(await here.newRoom());
  await ada.placed();
  a.state.overloaded.add('ensureRoom');
  for (let index = 0; index < 4; index += 1) {
    const before = ada.placement;
    await expect(openSend(ada)).rejects.toMatchObject({ code: 'media-unavailable' });
    if (index < 2) await expect.poll(() => ada.placement).toBeGreaterThan(before);
  }
  await ada.request('heartbeat', {});
  expect(count(ada, 'media-lost')).toBe(2);
  expect(toldOf(a.state, 'ensureRoom')).toHaveLength(4);
});

it('M12 a room whose record cannot be read holds up no other, and it alone is tried again, later each time', async () => {
  let unreadable = '';
  const reads: string[] = [];
  const wrapStore = (store: RoomStore): RoomStore => ({
    ...store,
    read: async (roomId, after) => {
      reads.push(roomId);
      if (roomId === unreadable) throw new AppError('upgrade-required', 'of another release');
      return store.read(roomId, after);
    },
  });
  const a = fakeNode('a.1');
  const here = await start([[a]], { wrapStore });
  unreadable = await here.newRoom();
  const left = await here.newRoom();
  const room = { placement: 1, worker: 0, peerIds: [] };
  a.state.held = [unreadable, left].map((roomId) => ({ roomId, ...room }));
  reads.splice(0);
  a.cut();
  a.heal();
  await expect.poll(() => toldOf(a.state, 'closeRoom')).toEqual([{ roomId: left, placement: 1 }]);
  const looked = () => toldOf(a.state, 'heldRooms').length;
  for (const waits of [1, 2, 4]) {
    const before = looked();
    for (let wait = 1; wait < waits; wait += 1) {
      here.clock.advance(RECONCILE_RETRY_MS);
      await turnOfEvents();
    }
    expect(looked()).toBe(before);
    here.clock.advance(RECONCILE_RETRY_MS);
    await expect.poll(looked).toBe(before + 1);
    await turnOfEvents();
  }
  expect(reads).toEqual([unreadable, left, unreadable, unreadable, unreadable]);
});
