// Rooms that are larger than a worker is taken to bear, over a whole media node.
import { afterEach, expect, it } from 'vitest';
import type { MediaServer } from '../src/media-server.ts';
import { useDirectMedia } from './support/direct-media.ts';
import { eventually } from './support/eventually.ts';
import { PacketCounts, startProducer, type SentStream } from './support/flowing-media.ts';
import { open } from './support/media-inventory.ts';
import {
  describeOver,
  type MediaWorld,
  openRoom,
  rejection,
  startMediaWorld,
  type TestPeer,
  times,
} from './support/media-world.ts';

const PEOPLE = 30;
/** Of what they send: 120 packets each time, and 1740 that are received. */
const EVERY_MS = 200;

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const start = async (...options: Parameters<typeof startMediaWorld>): Promise<MediaWorld> => {
  const world = await startMediaWorld(...options);
  closing.push(() => world.close());
  return world;
};

const rooms = (server: MediaServer) => server.load().map((load) => load.rooms);

interface Person {
  readonly peer: TestPeer;
  readonly mic: SentStream;
  readonly cam: SentStream;
  /** By the id of the producer. */
  readonly received: Map<string, PacketCounts>;
}

const enter = async ({ made }: MediaWorld, peer: TestPeer): Promise<Person> => {
  await Promise.all([peer.openSend(), peer.openReceive()]);
  const [mic, cam] = [await peer.produce('mic'), await peer.produce('cam')];
  return {
    peer,
    mic: startProducer(made, mic, { everyMs: EVERY_MS }),
    cam: startProducer(made, cam, { everyMs: EVERY_MS }),
    received: new Map(),
  };
};

const receiveAll = async (
  { made, server }: MediaWorld,
  { peer, received }: Person,
  people: readonly Person[],
): Promise<void> => {
  const producerIds = people.flatMap(({ mic, cam }) => [mic.id, cam.id]);
  for (const { producerId, consumerId } of await peer.consume(...producerIds)) {
    received.set(producerId, new PacketCounts(made, consumerId));
  }
  await server.view({
    ...peer.key,
    view: Object.fromEntries([...received.keys()].map((producerId) => [producerId, 0])),
  });
};

it('M19 thirty people on two workers have each stream of each other, and leave nothing behind', async () => {
  const direct = useDirectMedia();
  closing.push(() => direct.stop());
  const world = await start('local', { workers: 2, spillAbove: 0.3 });
  const { server, made } = world;
  const room = await openRoom(server);
  expect(rooms(server)).toEqual([1, 0]);
  const people = await Promise.all(times(PEOPLE, () => enter(world, room.peer())));
  expect(rooms(server)).toEqual([1, 1]);

  await Promise.all(people.map((person) => receiveAll(world, person, people)));
  const counts = () => people.flatMap(({ received }) => [...received.values()]);
  expect(counts()).toHaveLength(PEOPLE * (PEOPLE - 1) * 2);
  const lacking = () => counts().filter(({ count }) => count < 5).length;
  await eventually(lacking).toBe(0);

  // Each stream crosses once, over one pair of transports for each direction.
  const pipes = open(made.consumers).filter(({ type }) => type === 'pipe');
  expect(new Set(pipes.map(({ producerId }) => producerId)).size).toBe(PEOPLE * 2);
  expect(pipes).toHaveLength(PEOPLE * 2);
  expect(open(made.transports).filter(({ type }) => type === 'pipe')).toHaveLength(4);

  // A camera that only those on its own worker look at crosses no more.
  const [shown] = people;
  if (shown === undefined) throw new Error('nobody is here');
  const isAcross = ({ received }: Person) =>
    received.get(shown.cam.id)?.consumer.producerId !== shown.cam.id;
  const [across, beside] = [
    people.slice(1).filter(isAcross),
    people.slice(1).filter((person) => !isAcross(person)),
  ];
  expect(across.length).toBeGreaterThan(5);
  expect(beside.length).toBeGreaterThan(5);
  await Promise.all(
    across.map(async ({ peer, received }) => {
      const others = [...received.keys()].filter((producerId) => producerId !== shown.cam.id);
      const view = Object.fromEntries(others.map((producerId) => [producerId, 0] as const));
      await server.view({ ...peer.key, view });
    }),
  );
  const pipe = pipes.find(({ producerId }) => producerId === shown.cam.id);
  const crossed = async () => {
    const stats = (await pipe?.getStats()) ?? [];
    return stats.reduce((sum, { packetCount }) => sum + packetCount, 0);
  };
  const before = await crossed();
  const seen = beside.map(({ received }) => received.get(shown.cam.id));
  const seenBefore = seen.map((one) => one?.count ?? 0);
  const went = () =>
    seen.filter((one, index) => (one?.count ?? 0) >= (seenBefore[index] ?? 0) + 5).length;
  await eventually(went).toBe(beside.length);
  expect(await crossed()).toBe(before);

  await Promise.all(people.map(({ peer }) => server.closePeer(peer.key)));
  expect(rooms(server)).toEqual([1, 0]);
  await server.closeRoom(room.key);
  expect(rooms(server)).toEqual([0, 0]);
  for (const all of [made.routers, made.transports]) {
    await eventually(() => open<{ readonly closed: boolean }>(all)).toEqual([]);
  }
});

describeOver((over) => {
  it.each([0, 1])(
    'M19 a room is lost with any of its workers, here %i, and as a whole',
    async (dying) => {
      const { server, made, events } = await start(over, { workers: 2, spillAbove: 0 });
      const room = await openRoom(server);
      const peers: TestPeer[] = [];
      // Where they go depends on what the workers are just doing; some day one goes to the other.
      const enterOne = async () => {
        const peer = room.peer();
        await Promise.all([peer.openSend(), peer.openReceive()]);
        peers.push(peer);
        return rooms(server);
      };
      await eventually(enterOne).toEqual([1, 1]);
      const cams = await Promise.all(peers.map((peer) => peer.produce('cam')));
      for (const peer of peers) await peer.consume(...cams);
      const other = await openRoom(server, { worker: 1 - dying });

      process.kill(server.workerPids()[dying] ?? 0, 'SIGKILL');
      await eventually(() => events).toContainEqual({ type: 'room-lost', ...room.key });
      for (const peer of peers) {
        await expect(peer.openSend()).rejects.toEqual(rejection('stale-placement'));
      }
      await eventually(() => rooms(server)[1 - dying]).toBe(1);
      await eventually(() => open(made.routers)).toHaveLength(1);
      expect(
        open<{ readonly closed: boolean }>([
          ...made.transports,
          ...made.producers,
          ...made.consumers,
        ]),
      ).toEqual([]);
      await other.peer().openSend();
      await eventually(() => server.load().map(({ alive }) => alive)).toEqual([true, true]);
      const again = await openRoom(server, { ...room.key, placement: 2, worker: dying });
      await again.peer().openSend();
      expect(events.filter(({ type }) => type === 'room-lost')).toHaveLength(1);
    },
  );
});
