// Streams between the workers of one room: what flows, what does not, and what is left once nobody wants them.
import type { types } from 'mediasoup';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isGone } from '../src/media-errors.ts';
import type { MediaRoom } from '../src/media-room.ts';
import type { PeerMedia } from '../src/peer-media.ts';
import { RECEIVE_CAPABILITIES } from './rtp-fixtures.ts';
import { open } from './support/media-inventory.ts';
import type { PacketCounts } from './support/flowing-media.ts';
import { newId, times } from './support/media-world.ts';
import {
  type SpilledPeer,
  type SpilledRoom,
  type SpilledWorld,
  startSpilledWorld,
} from './support/spilled-room.ts';

/** Layers go up once they have been there for a while, and sender reports of all have come. */
const SWITCHED = { timeout: 30_000, interval: 20 };

let world: SpilledWorld;
let spilled: SpilledRoom;
beforeAll(async () => {
  world = await startSpilledWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  spilled = await world.openRoom();
});
/** After each test. */
afterEach(async () => {
  spilled.room.close();
  await expect.poll(leftOnWorkers).toEqual([0, 0, 0]);
  const { routers, transports, producers, consumers } = world.made;
  const all: { readonly closed: boolean }[] = [
    ...routers,
    ...transports,
    ...producers,
    ...consumers,
  ];
  expect(open(all)).toEqual([]);
});

/** Routers, as each worker counts them. */
const leftOnWorkers = () =>
  Promise.all(world.workers.map(async (worker) => (await worker.dump()).routerIds.length));

const pipeTransports = () => open(world.made.transports).filter(({ type }) => type === 'pipe');
const pipeConsumers = () => open(world.made.consumers).filter(({ type }) => type === 'pipe');

const piped = async (consumer: types.Consumer | undefined): Promise<number> => {
  const stats = (await consumer?.getStats()) ?? [];
  return stats.reduce((sum, { packetCount }) => sum + packetCount, 0);
};

/** Waits for as many more to come. */
const more = (counts: PacketCounts, packets = 10): Promise<void> => {
  const from = counts.count;
  return expect.poll(() => counts.count, SWITCHED).toBeGreaterThanOrEqual(from + packets);
};

it('M19 streams come to who is on another worker, and layers are chosen there', async () => {
  const [ada, bob] = [await spilled.peer('ada'), await spilled.peer('bob', 1)];
  const [mic, cam] = [await ada.send('mic'), await ada.send('cam')];
  const [heard, seen] = [await bob.receive(mic.id), await bob.receive(cam.id)];
  expect(heard.count + seen.count).toBe(0);
  for (const layer of [0, 2, 1, 0] as const) {
    await bob.view({ [mic.id]: 0, [cam.id]: layer });
    await expect.poll(() => seen.layer, SWITCHED).toBe(layer);
  }
  await more(heard);
});

it('M19 a stream is sent to a worker once, however many are there, and only while one is on', async () => {
  const { peer } = spilled;
  const ada = await peer('ada');
  const [bob, carl, dana] = [await peer('bob', 1), await peer('carl', 1), await peer('dana')];
  const cam = await ada.send('cam');
  const [local, one, other] = await Promise.all(
    [dana, bob, carl].map((who) => who.receive(cam.id)),
  );
  if (!local || !one || !other) throw new Error('three receive');
  await dana.view({ [cam.id]: 0 });
  expect(pipeTransports()).toHaveLength(2);
  expect(pipeConsumers()).toHaveLength(1);
  const [pipe] = pipeConsumers();

  const flowed = async () => {
    const before = await piped(pipe);
    await more(local);
    return (await piped(pipe)) - before;
  };
  const flowsNot = () => expect.poll(flowed).toBe(0);
  await more(local);
  await flowsNot();
  await bob.view({ [cam.id]: 0 });
  await more(one);
  expect(other.count).toBe(0);
  await Promise.all([bob.view({}), carl.view({ [cam.id]: 0 })]);
  await more(other);
  await carl.view({});
  await flowsNot();
  await bob.view({ [cam.id]: 0 });
  await more(one);
  spilled.room.closePeer('bob');
  await flowsNot();
});

it('M19 a stream is pulled from where it is sent, never passed on', async () => {
  const { peer } = spilled;
  const ada = await peer('ada');
  const receivers = [await peer('bob', 1), await peer('carl', 2), await peer('dana', 2)];
  const cam = await ada.send('cam');
  for (const receiver of receivers) {
    const counts = await receiver.receive(cam.id);
    await receiver.view({ [cam.id]: 0 });
    await more(counts);
  }
  expect(pipeConsumers().map(({ producerId }) => producerId)).toEqual([cam.id, cam.id]);
});

it('M19 a pipe ends with its last consumer, and the transports with the last pipe', async () => {
  const { peer } = spilled;
  const [ada, bob, carl] = [await peer('ada'), await peer('bob', 1), await peer('carl', 1)];
  const [mic, cam] = [await ada.send('mic'), await ada.send('cam')];
  await Promise.all([bob.receive(mic.id), bob.receive(cam.id), carl.receive(mic.id)]);
  expect(pipeConsumers()).toHaveLength(2);
  spilled.room.closePeer('bob');
  await expect.poll(pipeConsumers).toMatchObject([{ producerId: mic.id }]);
  expect(pipeTransports()).toHaveLength(2);
  // As a page does that has lost it.
  const { media } = carl;
  await media.openReceive(RECEIVE_CAPABILITIES, media.transports.receive.transport.id);
  await expect.poll(pipeTransports).toEqual([]);
  const again = await carl.receive(mic.id);
  await carl.view({ [mic.id]: 0 });
  await more(again);
});

it('M19 the room is on a worker for as long as a peer of it, and on its home always', async () => {
  const { room, peer } = spilled;
  const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
  const [cam, other] = [await ada.send('cam'), await bob.send('cam')];
  await Promise.all([bob.receive(cam.id), ada.receive(other.id)]);
  expect(room.workers).toEqual([0, 1]);
  expect(await leftOnWorkers()).toEqual([1, 1, 0]);
  room.closePeer('bob');
  expect(room.workers).toEqual([0]);
  await expect.poll(leftOnWorkers).toEqual([1, 0, 0]);
  await expect.poll(pipeTransports).toEqual([]);
  const carl = await peer('carl', 1);
  const again = await carl.receive(cam.id);
  await carl.view({ [cam.id]: 0 });
  await more(again);
  room.closePeer('ada');
  room.closePeer('carl');
  await expect.poll(leftOnWorkers).toEqual([1, 0, 0]);
});

it('M19 a producer ends for all, also those on other workers', async () => {
  const { peer } = spilled;
  const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
  const [mic, cam] = [await ada.send('mic'), await ada.send('cam')];
  const [heard, seen] = [await bob.receive(mic.id), await bob.receive(cam.id)];
  await ada.media.sent.closeProducer(cam.id);
  await expect.poll(() => seen.consumer.closed).toBe(true);
  expect(heard.consumer.closed).toBe(false);
  expect(pipeConsumers()).toHaveLength(1);
  spilled.room.closePeer('ada');
  await expect.poll(() => heard.consumer.closed).toBe(true);
  await expect.poll(pipeTransports).toEqual([]);
});

it('M19 muting crosses a pipe, whenever it is done', async () => {
  const { peer } = spilled;
  const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
  const mic = await ada.send('mic');
  const mute = (paused: boolean) => ada.media.sent.setPaused(mic.id, paused);
  await mute(true);
  const heard = await bob.receive(mic.id);
  await bob.view({ [mic.id]: 0 });
  expect(heard.consumer.producerPaused).toBe(true);
  await mute(false);
  await expect.poll(() => heard.consumer.producerPaused).toBe(false);
  await more(heard);
  await mute(true);
  await expect.poll(() => heard.consumer.producerPaused).toBe(true);
  await bob.view({});
  await mute(false);
  await bob.view({ [mic.id]: 0 });
  await expect.poll(() => heard.consumer.producerPaused).toBe(false);
  await more(heard);
  // The last of them counts, however quickly they come.
  await Promise.all(times(21, (index) => mute(index % 2 === 0)));
  await expect.poll(() => heard.consumer.producerPaused).toBe(true);
  await Promise.all(times(21, (index) => mute(index % 2 !== 0)));
  await expect.poll(() => heard.consumer.producerPaused).toBe(false);
  await more(heard);
});

it('M19 who asks for a key frame on another worker is heard by the sender', async () => {
  const { peer } = spilled;
  const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
  const cam = await ada.send('cam');
  const seen = await bob.receive(cam.id);
  await bob.view({ [cam.id]: 0 });
  await more(seen);
  const before = cam.asked[0] ?? 0;
  await bob.media.received.requestKeyFrames([cam.id]);
  await expect.poll(() => cam.asked[0]).toBeGreaterThan(before);
});

it('M19 the levels of all workers are one list, loudest first, and empty when all are silent', async () => {
  const { levels, peer } = spilled;
  const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
  const loud = await ada.send('mic', { volume: -20 });
  const louder = await bob.send('mic', { volume: -10 });
  const speakers = () => levels.at(-1)?.map(({ peerId }) => peerId);
  await expect.poll(speakers).toEqual(['bob', 'ada']);
  louder.stop();
  await expect.poll(speakers).toEqual(['ada']);
  expect(levels).not.toContainEqual([]);
  loud.stop();
  await expect.poll(speakers).toEqual([]);
});

it('M19 consuming the same at once makes one pipe', async () => {
  const { peer } = spilled;
  const [ada, bob, carl] = [await peer('ada'), await peer('bob', 1), await peer('carl', 1)];
  const cam = await ada.send('cam');
  const before = world.made.consumers.length;
  const all = await Promise.all(
    times(20, (index) => (index % 2 === 0 ? bob : carl).media.received.consume([cam.id])),
  );
  expect(all.flat()).toHaveLength(20);
  expect(world.made.consumers).toHaveLength(before + 3);
  expect(pipeConsumers()).toHaveLength(1);
});

interface Making {
  readonly room: MediaRoom;
  readonly from: SpilledPeer;
  readonly producerId: string;
}

/** Whether all that was received is over with it. */
const ENDINGS: readonly (readonly [string, boolean, (making: Making) => unknown])[] = [
  ['the sender leaves', true, ({ room }) => room.closePeer('from')],
  ['the stream ends', true, ({ from, producerId }) => from.media.sent.closeProducer(producerId)],
  ['the receiver leaves', true, ({ room }) => room.closePeer('to')],
  [
    'the receiver takes another transport',
    false,
    async ({ room }) => {
      const media = room.findPeer('to');
      const [old] = world.made.transports.filter(({ id }) => id === receiveIdOf(media));
      await media?.openReceive(RECEIVE_CAPABILITIES, old?.id).catch(onlyGone);
    },
  ],
  ['the room is closed', true, ({ room }) => room.close()],
];

const receiveIdOf = (media: PeerMedia | undefined): string | undefined => {
  try {
    return media?.transports.receive.transport.id;
  } catch {
    return undefined;
  }
};

const onlyGone = (error: unknown): void => expect(error).toSatisfy(isGone);

/** Of the camera: none of its pipe, nor what comes out of that. */
const nothingOf = ({ producerId }: Making): boolean => {
  const { producers, consumers } = world.made;
  const halves = open(producers).filter(({ kind, id }) => kind === 'video' && id !== producerId);
  return [...halves, ...open(consumers).filter(({ kind }) => kind === 'video')].length === 0;
};

/** Somebody comes to worker 1 and receives. Answers whether the ending came, with the nth thing made. */
const endAt = async (
  nth: number,
  isAlone: boolean,
  [, endsAll, ending]: (typeof ENDINGS)[number],
): Promise<boolean> => {
  const { made } = world;
  const { room, peer } = await world.openRoom();
  const from = await peer('from', 2);
  const cam = await from.send('cam');
  const making = { room, from, producerId: cam.id };
  // The transports of the pipe are there already, and are used, when somebody else receives something.
  if (!isAlone) await (await peer('beside', 1)).receive((await from.send('mic')).id);
  let left = nth;
  let ended: Promise<unknown> | undefined;
  made.onMade = () => {
    left -= 1;
    if (left === 0) ended = Promise.resolve(ending(making));
  };
  try {
    const to = await peer('to', 1);
    await to.media.received.consume([cam.id]);
    await to.view({ [cam.id]: 2 });
  } catch (error) {
    onlyGone(error);
  }
  await ended;
  made.onMade = () => undefined;
  if (endsAll && ended !== undefined) await expect.poll(() => nothingOf(making)).toBe(true);
  room.closePeer('to');
  await expect.poll(() => nothingOf(making)).toBe(true);
  room.closePeer('beside');
  await expect.poll(pipeTransports).toEqual([]);
  room.close();
  await expect.poll(leftOnWorkers).toEqual([1, 0, 0]);
  expect(open(made.transports)).toEqual([]);
  return ended !== undefined;
};

describe.each(ENDINGS)(
  'M19 nothing of a pipe stays when %s, whatever has just been made:',
  (...ending) => {
    // What is told by one worker and by another comes in an order of its own each time.
    it.each(times(4, (index) => index + 1))('a receiver who is alone there, try %i', async () => {
      let nth = 1;
      while (await endAt(nth, true, ending)) nth += 1;
      // The router, two transports of the receiver, two of the pipe, its two halves, and what is received.
      expect(nth - 1).toBeGreaterThanOrEqual(8);
    });

    it.each(times(4, (index) => index + 1))('a receiver among others, try %i', async () => {
      let nth = 1;
      while (await endAt(nth, false, ending)) nth += 1;
      expect(nth - 1).toBeGreaterThanOrEqual(5);
    });
  },
);

it('M19 with a worker of it the room is over, at that moment', async () => {
  const own = await startSpilledWorld();
  try {
    const { room, peer } = await own.openRoom();
    const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
    const cam = await ada.send('cam');
    const calls = times(20, () => bob.receive(cam.id).catch(() => room.closed));
    process.kill(own.workers[1]?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => room.closed).toBe(true);
    // None failed before the room was known to be over, for which its calls are then held to have failed.
    expect(await Promise.all(calls)).not.toContain(false);
    room.close();
    expect(open(own.made.transports)).toEqual([]);
  } finally {
    await own.close();
  }
});

it('M19 a room that is closed while pipes are being made leaves nothing', async () => {
  for (const turns of times(12, (at) => at)) {
    const { room, peer } = await world.openRoom();
    const peers = await Promise.all(times(6, (index) => peer(newId(), index % 3)));
    const cams = await Promise.all(peers.map((one) => one.send('cam')));
    const ids = cams.map(({ id }) => id);
    const consuming = peers.map(({ media }) => media.received.consume(ids));
    for (let turn = 0; turn < turns * 4; turn += 1) await new Promise(setImmediate);
    room.close();
    await Promise.allSettled(consuming);
    await expect.poll(leftOnWorkers).toEqual([1, 0, 0]);
    expect(open(world.made.transports)).toEqual([]);
  }
});
