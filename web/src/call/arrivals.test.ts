// What has been played of what comes in, with receivers that a test plays.
import { expect, test } from 'vitest';
import { FakeClock } from '../signaling/testing/fake-clock.ts';
import { peerId } from '../signaling/testing/room-samples.ts';
import { settled } from '../signaling/testing/turns.ts';
import { Arrivals } from './arrivals.ts';
import type { Incoming } from './incoming.ts';
import { FakeTrack } from './testing/fake-track.ts';

const LOOK_EVERY_MS = 100;

const receive = (kind: 'audio' | 'video') => {
  const stats: Record<string, unknown> = { type: 'inbound-rtp' };
  const incoming: Incoming = {
    origin: { peerId: peerId('ann'), source: kind === 'audio' ? 'mic' : 'cam', producerId: null },
    track: new FakeTrack(kind, kind),
    receiver: {
      getStats: async () => new Map([['in', stats]]),
      getSynchronizationSources: () => [],
    },
  };
  return { incoming, stats };
};

const createScene = () => {
  const clock = new FakeClock();
  const opened = new Set<Incoming>();
  const told: string[] = [];
  const arrivals = new Arrivals({
    clock,
    isOpened: (one) => opened.has(one),
    onArrived: () => told.push('arrived'),
  });
  const look = async (): Promise<void> => {
    clock.advance(LOOK_EVERY_MS);
    await settled();
  };
  return { clock, opened, told, arrivals, look };
};

test('a picture has arrived when a frame was opened and decoded', async () => {
  const { opened, told, arrivals, look } = createScene();
  const { incoming, stats } = receive('video');
  arrivals.await([incoming]);
  await look();
  stats['framesDecoded'] = 1;
  await look();
  expect(arrivals.has(incoming)).toBe(false);
  opened.add(incoming);
  stats['framesDecoded'] = 0;
  await look();
  expect(told).toEqual([]);
  stats['framesDecoded'] = 1;
  await look();
  expect(arrivals.has(incoming)).toBe(true);
  expect(told).toEqual(['arrived']);
});

test('sound has arrived when a packet has come and a frame was opened', async () => {
  const { opened, arrivals, look } = createScene();
  const { incoming, stats } = receive('audio');
  stats['packetsReceived'] = 1;
  arrivals.await([incoming]);
  await look();
  expect(arrivals.has(incoming)).toBe(false);
  opened.add(incoming);
  await look();
  expect(arrivals.has(incoming)).toBe(true);
});

test('nothing is looked at when nothing is awaited, or all has come', async () => {
  const { clock, opened, told, arrivals, look } = createScene();
  const { incoming, stats } = receive('audio');
  stats['packetsReceived'] = 1;
  arrivals.await([incoming]);
  expect(clock.pending).toBe(1);
  arrivals.await([]);
  expect(clock.pending).toBe(0);
  arrivals.await([incoming]);
  opened.add(incoming);
  await look();
  expect(clock.pending).toBe(0);
  arrivals.await([incoming]);
  expect(clock.pending).toBe(0);
  expect(told).toEqual(['arrived']);
});

test('a receiver that is gone is one that nothing comes from', async () => {
  const { opened, told, arrivals, look } = createScene();
  const { incoming } = receive('video');
  const gone = {
    ...incoming,
    receiver: { ...incoming.receiver, getStats: () => Promise.reject(new Error('closed')) },
  };
  opened.add(gone);
  arrivals.await([gone]);
  await look();
  await look();
  expect(told).toEqual([]);
  arrivals.close();
});

test('what was forgotten arrives with something new', async () => {
  const { opened, told, arrivals, look } = createScene();
  const { incoming, stats } = receive('video');
  opened.add(incoming);
  stats['framesDecoded'] = 7;
  arrivals.await([incoming]);
  await look();
  arrivals.forget(incoming);
  expect(arrivals.has(incoming)).toBe(false);
  arrivals.await([incoming]);
  await look();
  await look();
  expect(arrivals.has(incoming)).toBe(false);
  stats['framesDecoded'] = 8;
  await look();
  expect(arrivals.has(incoming)).toBe(true);
  expect(told).toHaveLength(2);
});
