// Pipes that are being made while somebody leaves, or a worker dies: nothing of them stays.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isGone } from '../src/media-errors.ts';
import type { MediaRoom } from '../src/media-room.ts';
import type { PeerMedia } from '../src/peer-media.ts';
import { RECEIVE_CAPABILITIES } from './rtp-fixtures.ts';
import { eventually } from './support/eventually.ts';
import { open } from './support/media-inventory.ts';
import { newId, times } from './support/media-world.ts';
import { afterMicrotasks } from './support/microtasks.ts';
import { type SpilledPeer, type SpilledWorld, startSpilledWorld } from './support/spilled-room.ts';

let world: SpilledWorld;
beforeAll(async () => {
  world = await startSpilledWorld();
});
afterAll(() => world.close());

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

/**
 * Somebody comes to worker 1 and receives. Answers whether the ending came, so many microtasks after the nth thing
 * was made: what has been made is known to one function after the other.
 */
const endAt = async (
  nth: number,
  later: number,
  isAlone: boolean,
  [, endsAll, ending]: (typeof ENDINGS)[number],
): Promise<boolean> => {
  const { made } = world;
  const { room, peer } = await world.openRoom();
  const from = await peer('from', 2);
  const cam = await from.send('cam');
  const making = { room, from, producerId: cam.id };
  // The transports of the pipe are there already, and are used, when somebody else receives something.
  const mic = await from.send('mic');
  if (!isAlone) await (await peer('beside', 1)).receive(mic.id);
  let left = nth;
  let ended: Promise<unknown> | undefined;
  made.onMade = () => {
    left -= 1;
    if (left === 0) ended = afterMicrotasks(later).then(() => ending(making));
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
  if (endsAll && ended !== undefined) await eventually(() => nothingOf(making)).toBe(true);
  room.closePeer('to');
  await eventually(() => nothingOf(making)).toBe(true);
  await from.media.sent.closeProducer(mic.id);
  await eventually(world.pipeTransports).toEqual([]);
  room.close();
  await eventually(world.countRouters).toEqual([0, 0, 0]);
  expect(open(made.transports)).toEqual([]);
  return ended !== undefined;
};

describe.each(ENDINGS)(
  'M19 nothing of a pipe stays when %s, whatever has just been made:',
  (...ending) => {
    // What is told by one worker and by another comes in an order of its own each time.
    it.each(times(8, (index) => index))('a receiver who is alone there, try %i', async (later) => {
      let nth = 1;
      while (await endAt(nth, later, true, ending)) nth += 1;
      // The router, two transports of the receiver, two of the pipe, its two halves, and what is received.
      expect(nth - 1).toBeGreaterThanOrEqual(8);
    });

    it.each(times(8, (index) => index))('a receiver among others, try %i', async (later) => {
      let nth = 1;
      while (await endAt(nth, later, false, ending)) nth += 1;
      expect(nth - 1).toBeGreaterThanOrEqual(5);
    });
  },
);

it('M19 who takes another transport while a pipe is being made receives by the new one', async () => {
  const { room, peer } = await world.openRoom();
  const [from, to] = [await peer('from', 2), await peer('to', 1)];
  const cam = await from.send('cam');
  const { transport } = to.media.transports.receive;
  const given = to.media.received.consume([cam.id]);
  const givenUp = expect(given).rejects.toSatisfy(isGone);
  await to.media.openReceive(RECEIVE_CAPABILITIES, transport.id);
  const seen = await to.receive(cam.id);
  expect(seen.consumer.closed).toBe(false);
  await givenUp;
  expect(await to.media.received.consume([cam.id])).toMatchObject([
    { consumerId: seen.consumer.id },
  ]);
  expect(world.pipeConsumers()).toHaveLength(1);
  room.close();
  await eventually(world.countRouters).toEqual([0, 0, 0]);
});

it('M19 a worker that cannot take its part of a room leaves the rest as it was', async () => {
  const own = await startSpilledWorld();
  try {
    const { room, peer } = await own.openRoom();
    const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
    own.workers[2]?.close();
    await expect(peer('carl', 2)).rejects.toSatisfy(isGone);
    expect(room.workers).toEqual([0, 1]);
    expect(room.peerIds).toEqual(['ada', 'bob']);
    expect(room.closed).toBe(false);
    // Who asks again may get another.
    const carl = await peer('carl', 1);
    const mic = await ada.send('mic');
    expect(await carl.receive(mic.id)).toBeDefined();
    expect(await bob.receive(mic.id)).toBeDefined();
    room.close();
  } finally {
    await own.close();
  }
});

it('M19 with a worker of it the room is over, at that moment', async () => {
  const own = await startSpilledWorld();
  try {
    const { room, peer } = await own.openRoom();
    const [ada, bob] = [await peer('ada'), await peer('bob', 1)];
    const cam = await ada.send('cam');
    const calls = times(20, () => bob.receive(cam.id).catch(() => room.closed));
    process.kill(own.workers[1]?.pid ?? 0, 'SIGKILL');
    await eventually(() => room.closed).toBe(true);
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
    await eventually(world.countRouters).toEqual([0, 0, 0]);
    expect(open(world.made.transports)).toEqual([]);
  }
});
