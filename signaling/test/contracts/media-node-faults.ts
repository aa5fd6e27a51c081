// What holds between the record and any media node when something goes wrong between a call to the node and
// the fact that it is about: in the end the node has what the record names and nothing else, whatever was
// done of it and whoever was told (PROTOCOL M3, M8, M12, M13, M17).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MediaInventory, open } from '../../../sfu-worker/test/support/media-inventory.ts';
import { camParameters } from '../../../sfu-worker/test/rtp-fixtures.ts';
import type { MediaServer } from '@sotto/sfu-worker';
import type { RoomId } from '../../src/protocol/index.ts';
import { isPlacedAt, type RoomRecord } from '../../src/rooms/record.ts';
import { type FaultyMedia, faultyMedia, type MediaFault } from '../support/faulty-media.ts';
import { openSend, produceMic } from '../support/media-steps.ts';
import { type FakeWorld, startFakeWorld } from '../support/remote-media-fakes.ts';
import { TestClient } from '../support/test-client.ts';

export interface MediaUnderTest {
  readonly server: MediaServer;
  /** Of all that the server makes. */
  readonly made: MediaInventory;
  close(): Promise<void>;
}

interface Scene {
  readonly world: FakeWorld;
  readonly media: FaultyMedia;
  readonly roomId: RoomId;
  readonly ada: TestClient;
  /** At another app; has media already. */
  readonly bob: TestClient;
}

/** Each with the call that it makes of the media node, in the order of a call's life. */
const STEPS = [
  ['ensureRoom', openSend],
  ['openTransport', openSend],
  ['produce', produceMic],
  [
    'setProducerPaused',
    (ada: TestClient) => ada.request('set-stream', { source: 'mic', on: false }),
  ],
  ['closeProducer', (ada: TestClient) => ada.request('close-stream', { source: 'mic' })],
  ['closePeer', (ada: TestClient) => ada.request('leave', {})],
] as const;

type Step = (typeof STEPS)[number][0];

const homeOf = async ({ world, roomId }: Scene) => {
  const { home, placement } = await world.record(roomId);
  return { worker: home?.worker ?? expect.fail('no home'), placement };
};

/** By another socket, so that the request under way is of nobody. */
const leaveElsewhere = async ({ world }: Scene, client: TestClient): Promise<void> => {
  if (client.closeCode !== null) return;
  const other = await TestClient.connect(world.urls[1] ?? '');
  await other.join(client.session.sessionToken);
  await other.request('leave', {});
};

const moves = async (scene: Scene): Promise<void> => {
  const { worker, placement } = await homeOf(scene);
  scene.media.drain(worker);
  await expect.poll(() => scene.bob.placement).toBeGreaterThan(placement);
};

const dies = async (scene: Scene): Promise<void> => {
  const { media, roomId, bob } = scene;
  const { placement } = await homeOf(scene);
  await media.loseRoom({ roomId, placement });
  await bob.heard('media-lost');
};

const everybodyLeaves = async (scene: Scene): Promise<void> => {
  await leaveElsewhere(scene, scene.bob);
  await leaveElsewhere(scene, scene.ada);
};

const FAULTS: Readonly<Record<string, (scene: Scene) => MediaFault>> = {
  'is refused': () => ({ isRefused: true }),
  'is done, and its answer lost': () => ({ isAnswerLost: true }),
  'is done, its answer lost, and the room moves': (scene) => ({
    meanwhile: () => moves(scene),
    isAnswerLost: true,
  }),
  'is done, and the room moves before it is answered': (scene) => ({
    meanwhile: () => moves(scene),
  }),
  'is done, and the room dies there before it is answered': (scene) => ({
    meanwhile: () => dies(scene),
  }),
  'is done, and its peer leaves before it is answered': (scene) => ({
    meanwhile: () => leaveElsewhere(scene, scene.ada),
  }),
  'is done, and everybody leaves before it is answered': (scene) => ({
    meanwhile: () => everybodyLeaves(scene),
  }),
  'comes after the room has moved': (scene) => ({ before: () => moves(scene) }),
  'comes after the room has died there': (scene) => ({ before: () => dies(scene) }),
  'comes after its peer has left': (scene) => ({
    before: () => leaveElsewhere(scene, scene.ada),
  }),
  'comes after everybody has left': (scene) => ({ before: () => everybodyLeaves(scene) }),
  'is done, and the store is away when it is answered': ({ world }) => ({
    meanwhile: async () => world.stoppable.stop(),
  }),
  'is done, and the answer of the store is lost': ({ world }) => ({
    meanwhile: async () => world.stoppable.stopAfterNext(),
  }),
};

const recordOf = ({ world, roomId }: Scene): Promise<RoomRecord | null> =>
  world.record(roomId).catch(() => null);

/** What the node has and the record does not name, and what is named and is not there, or not so. */
const untruths = async (
  scene: Scene,
  { server, made }: MediaUnderTest,
): Promise<readonly string[]> => {
  const record = await recordOf(scene);
  const peers = record?.peers ?? [];
  const named = peers.flatMap(({ streams }) => Object.values(streams));
  const found: string[] = [];
  for (const { roomId, placement, peerIds } of await server.heldRooms()) {
    const isHere = record !== null && roomId === scene.roomId;
    if (!isHere || !isPlacedAt(record, server.nodeId, placement)) found.push(`room ${placement}`);
    const gone = peerIds.filter((id) => !peers.some(({ peerId }) => peerId === id));
    found.push(...gone.map((id) => `peer ${id}`));
  }
  const producers = open(made.producers);
  for (const { id } of producers) {
    if (!named.some(({ producerId }) => producerId === id)) found.push(`producer ${id}`);
  }
  for (const { on, producerId } of named) {
    const there = producers.find(({ id }) => id === producerId);
    if (producerId !== undefined && there === undefined) found.push(`no producer ${producerId}`);
    if (there !== undefined && there.paused === on) found.push(`${producerId} paused: ${on}`);
  }
  return found;
};

const isOpen = ({ closeCode }: TestClient): boolean => closeCode === null;

/** Time passes: what was left to be said is said, what is homeless is placed. */
const comeTrue = async (scene: Scene, media: MediaUnderTest): Promise<void> => {
  const { world, ada, bob } = scene;
  const look = async () => {
    world.stoppable.start();
    await world.pass(1_000, [ada, bob].filter(isOpen));
    return untruths(scene, media);
  };
  await expect.poll(look, { timeout: 20_000 }).toEqual([]);
};

const arriveAll = async ({ world, roomId, ada, bob }: Scene): Promise<void> => {
  const { leaving } = await world.record(roomId);
  for (const client of [ada, bob]) {
    if (!isOpen(client) || leaving?.awaited.includes(client.peerId) !== true) continue;
    await expect.poll(() => client.placement).toBe((await world.record(roomId)).placement);
    await client.request('arrived', { placement: client.placement });
  }
};

/** Sends something else from now on, as soon as there is a home. */
const sendMore = async ({ world }: Scene, client: TestClient): Promise<void> => {
  const produced = async () => {
    world.stoppable.start();
    await world.pass(1_000, [client]);
    try {
      await openSend(client);
      const { placement } = client;
      const rtpParameters = camParameters();
      await client.request('produce', { source: 'cam', on: true, placement, rtpParameters });
      return true;
    } catch {
      return false;
    }
  };
  await expect.poll(produced, { timeout: 20_000 }).toBe(true);
};

export const describeMediaFaults = (name: string, make: () => Promise<MediaUnderTest>): void => {
  describe(`media node contract, faults between a call and its fact: ${name}`, () => {
    let under: MediaUnderTest;
    let scene: Scene;
    beforeAll(async () => {
      under = await make();
    });
    afterAll(() => under.close());
    beforeEach(async () => {
      const media = faultyMedia(under.server);
      const world = await startFakeWorld([[media], [media]]);
      const roomId = await world.newRoom();
      const ada = await TestClient.join(world.urls[0] ?? '', roomId);
      const bob = await TestClient.join(world.urls[1] ?? '', roomId);
      await produceMic(bob);
      scene = { world, media, roomId, ada, bob };
    });
    afterEach(() => scene.world.close());

    const run = async (at: Step, fault: (scene: Scene) => MediaFault): Promise<void> => {
      const { media, ada } = scene;
      for (const [method, take] of STEPS) {
        if (method !== at) {
          // The first transport is the one that is opened at the step in question.
          if (at !== 'openTransport') await take(ada);
          continue;
        }
        const hasStruck = media.strike(method, fault(scene));
        await take(ada).catch(() => undefined);
        expect(hasStruck()).toBe(true);
        return;
      }
    };

    describe.each(STEPS.map(([step]) => step))('%s', (step) => {
      it.each(Object.entries(FAULTS))('M13 M17 %s', async (_what, fault) => {
        const { world, media, ada, bob } = scene;
        await run(step, fault);
        media.refresh();
        world.stoppable.start();
        if (isOpen(bob)) await arriveAll(scene);
        await comeTrue(scene, under);
        for (const client of [ada, bob]) {
          const isThere = (await recordOf(scene))?.peers.some(
            (peer) => peer.peerId === client.peerId,
          );
          if (isThere === true && isOpen(client)) await sendMore(scene, client);
        }
        await comeTrue(scene, under);
        for (const client of [ada, bob].filter(isOpen))
          await client.request('leave', {}).catch(() => undefined);
        await comeTrue(scene, under);
        expect(await recordOf(scene)).toBeNull();
        expect(await under.server.heldRooms()).toEqual([]);
        expect(open(under.made.producers)).toEqual([]);
      });
    });
  });
};
