// Streams between the workers of one room: what flows, what does not, and that nothing is left. How they come to
// an end while they are being made: pipe-endings.test.ts.
import type { types } from 'mediasoup';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { RECEIVE_CAPABILITIES } from './rtp-fixtures.ts';
import { eventually } from './support/eventually.ts';
import { open } from './support/media-inventory.ts';
import type { PacketCounts } from './support/flowing-media.ts';
import { newId, times } from './support/media-world.ts';
import { type SpilledRoom, type SpilledWorld, startSpilledWorld } from './support/spilled-room.ts';

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
  await eventually(world.countRouters).toEqual([0, 0, 0]);
  const { routers, transports, producers, consumers } = world.made;
  const all: { readonly closed: boolean }[] = [
    ...routers,
    ...transports,
    ...producers,
    ...consumers,
  ];
  expect(open(all)).toEqual([]);
});

const piped = async (consumer: types.Consumer | undefined): Promise<number> => {
  const stats = (await consumer?.getStats()) ?? [];
  return stats.reduce((sum, { packetCount }) => sum + packetCount, 0);
};

const retransmitted = (stat: types.ConsumerStat | types.ProducerStat): number =>
  'packetsRetransmitted' in stat ? stat.packetsRetransmitted : 0;

/** Over all pipes. */
const sentAgain = async (): Promise<number> => {
  const stats = await Promise.all(world.pipeConsumers().map((pipe) => pipe.getStats()));
  return stats.flat().reduce((sum, stat) => sum + retransmitted(stat), 0);
};

/** Waits for as many more to come. */
const more = (counts: PacketCounts, packets = 10): Promise<void> => {
  const from = counts.count;
  return eventually(() => counts.count).toBeGreaterThanOrEqual(from + packets);
};

it('M19 streams come to who is on another worker, and layers are chosen there', async () => {
  const [ada, bob] = [await spilled.peer('ada'), await spilled.peer('bob', 1)];
  const [mic, cam] = [await ada.send('mic'), await ada.send('cam')];
  const [heard, seen] = [await bob.receive(mic.id), await bob.receive(cam.id)];
  expect(heard.count + seen.count).toBe(0);
  for (const layer of [0, 2, 1, 0] as const) {
    await bob.view({ [mic.id]: 0, [cam.id]: layer });
    await eventually(() => seen.layer).toBe(layer);
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
  expect(world.pipeTransports()).toHaveLength(2);
  expect(world.pipeConsumers()).toHaveLength(1);
  const [pipe] = world.pipeConsumers();

  const flowed = async () => {
    const before = await piped(pipe);
    await more(local);
    return (await piped(pipe)) - before;
  };
  const flowsNot = () => eventually(flowed).toBe(0);
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
  expect(world.pipeConsumers().map(({ producerId }) => producerId)).toEqual([cam.id, cam.id]);
});

it('M19 a pipe ends with its last consumer, and the transports with the last pipe', async () => {
  const { peer } = spilled;
  const [ada, bob, carl] = [await peer('ada'), await peer('bob', 1), await peer('carl', 1)];
  const [mic, cam] = [await ada.send('mic'), await ada.send('cam')];
  await Promise.all([bob.receive(mic.id), bob.receive(cam.id), carl.receive(mic.id)]);
  expect(world.pipeConsumers()).toHaveLength(2);
  spilled.room.closePeer('bob');
  await eventually(world.pipeConsumers).toMatchObject([{ producerId: mic.id }]);
  expect(world.pipeTransports()).toHaveLength(2);
  // As a page does that has lost it.
  const { media } = carl;
  await media.openReceive(RECEIVE_CAPABILITIES, media.transports.receive.transport.id);
  await eventually(world.pipeTransports).toEqual([]);
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
  expect(await world.countRouters()).toEqual([1, 1, 0]);
  room.closePeer('bob');
  expect(room.workers).toEqual([0]);
  await eventually(world.countRouters).toEqual([1, 0, 0]);
  await eventually(world.pipeTransports).toEqual([]);
  const carl = await peer('carl', 1);
  const again = await carl.receive(cam.id);
  await carl.view({ [cam.id]: 0 });
  await more(again);
  room.closePeer('ada');
  room.closePeer('carl');
  await eventually(world.countRouters).toEqual([1, 0, 0]);
});

it('M19 a producer ends for all, also those on other workers', async () => {
  const { peer } = spilled;
  const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
  const [mic, cam] = [await ada.send('mic'), await ada.send('cam')];
  const [heard, seen] = [await bob.receive(mic.id), await bob.receive(cam.id)];
  await ada.media.sent.closeProducer(cam.id);
  await eventually(() => seen.consumer.closed).toBe(true);
  expect(heard.consumer.closed).toBe(false);
  expect(world.pipeConsumers()).toHaveLength(1);
  spilled.room.closePeer('ada');
  await eventually(() => heard.consumer.closed).toBe(true);
  await eventually(world.pipeTransports).toEqual([]);
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
  await eventually(() => heard.consumer.producerPaused).toBe(false);
  await more(heard);
  await mute(true);
  await eventually(() => heard.consumer.producerPaused).toBe(true);
  await bob.view({});
  await mute(false);
  await bob.view({ [mic.id]: 0 });
  await eventually(() => heard.consumer.producerPaused).toBe(false);
  await more(heard);
  // The last of them counts, however quickly they come.
  await Promise.all(times(21, (index) => mute(index % 2 === 0)));
  await eventually(() => heard.consumer.producerPaused).toBe(true);
  await Promise.all(times(21, (index) => mute(index % 2 !== 0)));
  await eventually(() => heard.consumer.producerPaused).toBe(false);
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
  await eventually(() => cam.asked[0]).toBeGreaterThan(before);
});

it('M19 what came while a worker was late, and found no room, is sent again', async () => {
  const { peer } = spilled;
  const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
  const senders = [ada, ...(await Promise.all(times(9, () => peer(newId()))))];
  const cams = await Promise.all(senders.map((sender) => sender.send('cam', { everyMs: 10 })));
  const seen = await Promise.all(cams.map(({ id }) => bob.receive(id)));
  await bob.view(Object.fromEntries(cams.map(({ id }) => [id, 0])));
  for (const counts of seen) await more(counts);
  const sent = (): number => cams.reduce((sum, cam) => sum + (cam.sent[0] ?? 0), 0);
  const pid = world.workers[1]?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  try {
    // In three layers, which is several times what a socket's usual buffer takes.
    const before = sent();
    await eventually(sent).toBeGreaterThan(before + 250);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await eventually(sentAgain).toBeGreaterThan(0);
  await eventually(() => seen.filter(({ missing }) => missing > 0)).toEqual([]);
});

it('M19 the levels of all workers are one list, loudest first, and empty when all are silent', async () => {
  const { levels, peer } = spilled;
  const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
  const loud = await ada.send('mic', { volume: -20 });
  const louder = await bob.send('mic', { volume: -10 });
  const speakers = () => levels.at(-1)?.map(({ peerId }) => peerId);
  await eventually(speakers).toEqual(['bob', 'ada']);
  louder.stop();
  await eventually(speakers).toEqual(['ada']);
  expect(levels).not.toContainEqual([]);
  loud.stop();
  await eventually(speakers).toEqual([]);
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
  expect(world.pipeConsumers()).toHaveLength(1);
});
