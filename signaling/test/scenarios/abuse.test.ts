// What one person with a link, bad luck or a failing store could do to a room, and must not: each was
// once possible (PROTOCOL J, L, M).
import type { MediaServer } from '@sotto/sfu-worker';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { camParameters, micParameters } from '../../../sfu-worker/test/rtp-fixtures.ts';
import { OFFERED_CAPABILITIES } from '../../src/media/offered-capabilities.ts';
import { CLOSE, PROTOCOL_VERSION } from '../../src/protocol/index.ts';
import { newHead } from '../../src/random.ts';
import { ABSENCE_MS } from '../../src/rooms/absences.ts';
import { createMemoryRoomStore } from '../../src/rooms/memory-room-store.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';
import { DEFAULT_LIMITS } from '../../src/socket/rate-limit.ts';
import { DEAF } from '../contracts/store-fixtures.ts';
import { failingStore } from '../support/failing-store.ts';
import {
  NO_LIMITS,
  startMedia,
  startWorld,
  type World,
  type WorldOptions,
} from '../support/harness.ts';
import { fetchToken, JOIN_HASH, postRoom } from '../support/rooms.ts';
import { TestClient } from '../support/test-client.ts';

const refusal = (code: string) => expect.objectContaining({ code });

let media: MediaServer;
let world: World;
beforeAll(async () => {
  media = await startMedia(1);
});
afterEach(() => world.close());
afterAll(() => media.close());

const open = async (options: Partial<WorldOptions> = {}) => {
  world = await startWorld({ apps: 1, media, ...options });
  const roomId = await world.newRoom();
  const [ada, bob] = [await world.join(roomId), await world.join(roomId)];
  await bob.placed();
  return { roomId, ada, bob, placement: await ada.placed() };
};

const waitOut = async (clients: readonly TestClient[]): Promise<void> => {
  await world.pass(ABSENCE_MS + 10_000, clients);
};

it('J5 a resume that is refused changes nothing: who is away still times out', async () => {
  const { roomId, ada, bob } = await open();
  ada.cut();
  await bob.heard('peer-disconnected');
  const evil = await TestClient.connect(world.urls[0] ?? '');
  const { sessionToken } = ada.session;
  const position = { ...ada.at, head: newHead() };
  const protocol = PROTOCOL_VERSION;
  const resume = evil.request('resume', { protocol, sessionToken, position, lastMessage: 0 });
  await expect(resume).rejects.toEqual(refusal('room-reset'));
  evil.cut();
  await waitOut([bob]);
  await bob.heard('peer-left');
  expect((await world.record(roomId)).peers).toHaveLength(1);
});

it('J6 a store that fails once at a farewell is told again', async () => {
  const { store, failOnce, hasFailed } = failingStore();
  const { roomId, ada, bob } = await open({ store });
  failOnce();
  ada.cut();
  await expect.poll(hasFailed).toBe(true);
  await expect
    .poll(async () => {
      await world.pass(2_000, [bob]);
      return bob.names();
    })
    .toContain('peer-disconnected');
  await waitOut([bob]);
  await expect.poll(async () => (await world.record(roomId)).peers.length).toBe(1);
});

it('J6 a store that fails once when an absence is over is told again', async () => {
  const { store, failOnce, hasFailed } = failingStore();
  const { ada, bob } = await open({ store });
  ada.cut();
  await bob.heard('peer-disconnected');
  failOnce();
  await waitOut([bob]);
  await expect.poll(hasFailed).toBe(true);
  await expect
    .poll(async () => {
      await world.pass(2_000, [bob]);
      return bob.names();
    })
    .toContain('peer-left');
});

it('J3 a session number is never used twice: an old socket cannot speak for who came back', async () => {
  const store = createMemoryRoomStore();
  let subscriptions = 0;
  const deaf: RoomStore = {
    ...store,
    // The first node hears no hints, as V7 allows.
    subscribe: (roomId, listener) => {
      subscriptions += 1;
      return store.subscribe(roomId, subscriptions === 1 ? DEAF : listener);
    },
  };
  world = await startWorld({ apps: 2, media, store: deaf });
  const [first = '', second = ''] = world.urls;
  const roomId = await world.newRoom();
  const token = await fetchToken(first, roomId);
  const old = await TestClient.connect(first);
  await old.join(token);
  await TestClient.join(second, roomId);
  const between = await TestClient.connect(second);
  await between.join(token);
  await between.request('leave', {});
  const now = await TestClient.connect(second);
  await now.join(token);
  await expect(old.request('set-stream', { source: 'mic', on: true })).rejects.toThrow();
  expect(await old.closed()).toBe(CLOSE.replaced);
  await now.request('set-stream', { source: 'mic', on: true });
  const { peers } = await world.record(roomId);
  expect(peers.find(({ peerId }) => peerId === now.peerId)?.connected).toBe(true);
});

it('V5 a last leave that races with a join elsewhere does not take the newcomer’s media', async () => {
  const store = createMemoryRoomStore();
  let beforeDelete: (() => Promise<void>) | null = null;
  const racing: RoomStore = {
    ...store,
    delete: async (...args) => {
      await beforeDelete?.();
      return store.delete(...args);
    },
  };
  world = await startWorld({ apps: 2, media, store: racing });
  const [first = '', second = ''] = world.urls;
  const roomId = await world.newRoom();
  const ada = await TestClient.join(first, roomId);
  const placement = await ada.placed();
  await ada.request('open-transport', { direction: 'send', placement });
  const bob = await TestClient.connect(second);
  const token = await fetchToken(second, roomId);
  const rtpParameters = micParameters();
  const produce = { source: 'mic', on: true, placement, rtpParameters };
  beforeDelete = async () => {
    beforeDelete = null;
    await bob.join(token);
    await bob.request('open-transport', { direction: 'send', placement });
  };
  await ada.request('leave', {});
  expect((await bob.request('produce', produce)).producerId).toHaveLength(16);
});

it('M1 a transport that is opened while its peer leaves is closed again', async () => {
  const { promise: gate, resolve: proceed } = Promise.withResolvers<void>();
  const closed: string[] = [];
  const node = {
    ...media,
    ensureRoom: async (...args: Parameters<MediaServer['ensureRoom']>) => {
      await gate;
      return media.ensureRoom(...args);
    },
    closePeer: async (...args: Parameters<MediaServer['closePeer']>) => {
      closed.push(args[0].peerId);
      return media.closePeer(...args);
    },
  };
  world = await startWorld({ apps: 1, media, node });
  const [url = ''] = world.urls;
  const roomId = await world.newRoom();
  const host = await world.join(roomId);
  const token = await fetchToken(url, roomId);
  const opening = await TestClient.connect(url);
  await opening.join(token);
  const placement = await opening.placed();
  opening.send('open-transport', { direction: 'send', placement }).catch(() => undefined);
  const leaving = await TestClient.connect(url);
  await leaving.join(token);
  await leaving.request('leave', {});
  await host.heard('peer-left');
  const before = closed.length;
  proceed();
  await expect.poll(() => closed.slice(before)).toEqual([leaving.peerId]);
});

it('M3 a produce that fails leaves neither a producer without a name nor a name without one', async () => {
  const { roomId, ada, bob, placement } = await open();
  await ada.request('open-transport', { direction: 'send', placement });
  const cam = camParameters();
  await ada.request('produce', { source: 'cam', on: true, placement, rtpParameters: cam });
  const mic = micParameters();
  const wish = { source: 'mic', on: true, placement };
  const { producerId } = await ada.request('produce', { ...wish, rtpParameters: mic });
  const clash = ada.request('produce', { ...wish, rtpParameters: { ...mic, mid: cam.mid } });
  await expect(clash).rejects.toEqual(refusal('bad-request'));
  const receive = { direction: 'receive', placement, rtpCapabilities: OFFERED_CAPABILITIES };
  await bob.request('open-transport', receive);
  const { consumers } = await bob.request('consume', { placement, producerIds: [producerId] });
  expect(consumers).toEqual([]);
  const [first] = (await world.record(roomId)).peers;
  expect(first?.streams.mic).toEqual({ on: true });
  expect(first?.streams.cam.producerId).toHaveLength(16);
});

it('M3 a producer that is made after its time is over is closed', async () => {
  const { promise: gate, resolve: proceed } = Promise.withResolvers<void>();
  const events: string[] = [];
  const node = {
    ...media,
    produce: async (...args: Parameters<MediaServer['produce']>) => {
      events.push('asked');
      await gate;
      await media.produce(...args);
      events.push('made');
    },
    closeProducer: async (...args: Parameters<MediaServer['closeProducer']>) => {
      await gate;
      await media.closeProducer(...args);
      events.push('closed');
    },
  };
  const { roomId, ada, placement } = await open({ node });
  await ada.request('open-transport', { direction: 'send', placement });
  const wish = { source: 'mic', on: true, placement, rtpParameters: micParameters() };
  const late = ada.request('produce', wish).catch((error: unknown) => error);
  await expect.poll(() => events).toEqual(['asked']);
  world.clock.advance(10_000);
  proceed();
  await expect.poll(() => events).toEqual(['asked', 'made', 'closed']);
  world.clock.advance(10_000);
  expect(await late).toEqual(refusal('media-unavailable'));
  expect((await world.record(roomId)).peers[0]?.streams.mic).toEqual({ on: false });
});

it('M8 media that is lost while everybody is away is told to who comes back', async () => {
  const { roomId, ada, bob, placement } = await open();
  await ada.request('open-transport', { direction: 'send', placement });
  const wish = { source: 'mic', on: true, placement, rtpParameters: micParameters() };
  await ada.request('produce', wish);
  ada.cut();
  bob.cut();
  const away = async () => (await world.record(roomId)).peers.filter((peer) => !peer.connected);
  await expect.poll(async () => (await away()).length).toBe(2);
  const [pid = 0] = media.workerPids();
  process.kill(pid, 'SIGKILL');
  const lost = async () => (await world.record(roomId)).peers[0]?.streams.mic;
  await expect.poll(lost, { timeout: 20_000 }).toEqual({ on: true });
  const back = await TestClient.connect(world.urls[0] ?? '');
  const answer = await back.resume(ada);
  if (answer.kind !== 'events') throw new Error('events were expected');
  expect(answer.events.map(({ event }) => event)).toContain('media-lost');
  await expect
    .poll(
      async () => {
        await world.pass(500, [back]);
        return (await world.record(roomId)).home;
      },
      { timeout: 20_000 },
    )
    .not.toBeNull();
});

it('L2 a flood is cut off although some of it is served', async () => {
  const { ada } = await open({ limits: DEFAULT_LIMITS });
  for (let batch = 0; batch < 100 && ada.closeCode === null; batch += 1) {
    for (let sent = 0; sent < 40; sent += 1) ada.send('heartbeat', {}).catch(() => undefined);
    await ada.send('heartbeat', {}).catch(() => undefined);
    world.clock.advance(30);
  }
  expect(await ada.closed()).toBe(CLOSE.rateLimited);
});

it('L2 too many bytes end the connection before they are read', async () => {
  const { ada } = await open({ limits: DEFAULT_LIMITS });
  const large = JSON.stringify({ id: 1, method: 'heartbeat', data: 'x'.repeat(100_000) });
  for (let sent = 0; sent < 12; sent += 1) ada.sendRaw(large);
  expect(await ada.closed()).toBe(CLOSE.rateLimited);
});

it('L3 who does not read is cut off, and the others hear of it', async () => {
  const { ada, bob } = await open({ limits: { ...NO_LIMITS, sendBufferBytes: 64_000 } });
  ada.pause();
  const isTold = (): boolean => bob.names().includes('peer-disconnected');
  for (let batch = 0; batch < 400 && !isTold(); batch += 1) {
    const toggles = Array.from({ length: 200 }, (_, index) =>
      bob.request('set-stream', { source: 'mic', on: index % 2 === 0 }),
    );
    await Promise.all(toggles);
  }
  await expect.poll(isTold, { timeout: 20_000 }).toBe(true);
  ada.cut();
});

it('L4 what comes after a close is not obeyed', async () => {
  const { ada, bob } = await open();
  ada.sendRaw('garbage');
  for (let id = 0; id < 5; id += 1) {
    const data = { source: 'mic', on: id % 2 === 0 };
    ada.sendRaw(JSON.stringify({ id, method: 'set-stream', data }));
  }
  expect(await ada.closed()).toBe(CLOSE.badMessage);
  await bob.heard('peer-disconnected');
  expect(bob.names()).not.toContain('stream-changed');
});

it('H5 behind a proxy of ours the address is what that proxy says, not what the client says', async () => {
  world = await startWorld({ apps: 1, media, trustedProxies: 1 });
  const [url = ''] = world.urls;
  const statuses: number[] = [];
  for (let sent = 0; sent < 130; sent += 1) {
    const headers = { 'x-forwarded-for': `10.9.0.${sent}, 203.0.113.7` };
    statuses.push((await postRoom(url, { joinHash: JOIN_HASH }, headers)).status);
  }
  expect(statuses.filter((status) => status === 429)).toHaveLength(10);
});
