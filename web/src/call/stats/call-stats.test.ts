// The watch over a call, with a clock and reports that the test gives.
import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import { settled } from '../../signaling/testing/turns.ts';
import type { NetworkTrouble } from '../call-state.ts';
import type { CallDetails, Quality } from './call-details.ts';
import { CallStats } from './call-stats.ts';
import { ann, connection, inbound, outbound, reading } from './testing/sample-reports.ts';

interface Fate {
  /** Of 100 packets of Ann's sound. */
  lost: number;
  ownLost: number;
  state: RTCPeerConnectionState;
  fails: boolean;
}

const createScene = async () => {
  const clock = new FakeClock();
  const fate: Fate = { lost: 0, ownLost: 0, state: 'connected', fails: false };
  const counted = { packets: 0, lost: 0, ownLost: 0 };
  const state = {
    ownQuality: signal<Quality | null>(null),
    networkTrouble: signal<NetworkTrouble | null>(null),
    details: signal<CallDetails | null>(null),
  };
  const told: (Quality | undefined)[] = [];
  let readings = 0;
  const stats = new CallStats({
    clock,
    state,
    read: () => {
      readings += 1;
      if (fate.fails) return Promise.reject(new Error('closed'));
      const atMs = clock.now();
      counted.packets += 100;
      counted.lost += fate.lost;
      counted.ownLost += fate.ownLost;
      const { packets, lost, ownLost } = counted;
      return Promise.resolve(
        reading([
          connection('send', outbound('O1', 'audio', { atMs, packets, lost: ownLost })),
          connection('receive', [inbound('ann-mic', 'audio', { atMs, packets, lost })], {
            state: fate.state,
          }),
        ]),
      );
    },
    onQualities: (qualities) => told.push(qualities.get(ann)),
  });
  await settled();
  const pass = async (ms: number, times = 1): Promise<void> => {
    for (let left = times; left > 0; left -= 1) {
      clock.advance(ms);
      await settled();
    }
  };
  return { clock, fate, state, stats, told, pass, readings: () => readings };
};

test('qualities are told when they change, and do not flicker', async () => {
  const { fate, told, state, pass } = await createScene();
  await pass(2_000, 3);
  expect(told.filter((quality) => quality !== undefined)).toEqual(['good']);
  expect(state.ownQuality.value).toBe('good');
  fate.lost = 50;
  await pass(2_000, 2);
  fate.lost = 0;
  await pass(2_000, 3);
  expect(told.at(-1)).toBe('poor');
  await pass(2_000, 6);
  expect(told.filter((quality) => quality !== undefined)).toEqual(['good', 'poor', 'good']);
});

test('losses on the way out are one’s own, and the network’s', async () => {
  const { fate, told, state, pass } = await createScene();
  await pass(2_000, 2);
  fate.ownLost = 20;
  await pass(2_000, 2);
  expect(state.ownQuality.value).toBe('poor');
  expect(state.networkTrouble.value).toBeNull();
  await pass(2_000, 2);
  expect(state.networkTrouble.value).toBe('weak-upload');
  expect(told.at(-1)).toBe('good');
});

test('a connection that is gone is told at once, and at once when it is back', async () => {
  const { fate, state, pass } = await createScene();
  await pass(2_000);
  fate.state = 'disconnected';
  await pass(2_000);
  expect(state.networkTrouble.value).toBe('reconnecting-media');
  fate.state = 'connected';
  await pass(2_000);
  expect(state.networkTrouble.value).toBeNull();
});

test('details are there while somebody looks, every second', async () => {
  const { state, stats, pass, readings } = await createScene();
  await pass(2_000);
  expect([readings(), state.details.value]).toEqual([2, null]);
  const stop = stats.watch();
  const stopOther = stats.watch();
  await settled();
  expect(readings()).toBe(3);
  expect(state.details.value).toMatchObject({ mode: 'sfu', reason: 'people', epoch: 7 });
  expect(state.details.value?.streams.map(({ direction }) => direction)).toEqual([
    'send',
    'receive',
  ]);
  await pass(1_000, 2);
  expect(readings()).toBe(5);
  stop();
  stop();
  expect(state.details.value).not.toBeNull();
  stopOther();
  expect(state.details.value).toBeNull();
  await pass(1_000);
  await pass(1_000, 2);
  expect([readings(), state.details.value]).toEqual([7, null]);
});

test('a reading that fails is left out', async () => {
  const { fate, state, pass, readings } = await createScene();
  await pass(2_000, 2);
  fate.fails = true;
  await pass(2_000, 2);
  expect(state.ownQuality.value).toBe('good');
  fate.fails = false;
  await pass(2_000);
  expect(readings()).toBe(6);
});

test('once closed it reads no more, and shows nothing', async () => {
  const { clock, state, stats, pass, readings } = await createScene();
  stats.watch();
  await pass(2_000, 2);
  stats.close();
  stats.close();
  expect([state.ownQuality.value, state.networkTrouble.value, state.details.value]).toEqual([
    null,
    null,
    null,
  ]);
  const before = readings();
  await pass(10_000);
  expect(readings()).toBe(before);
  expect(clock.pending).toBe(0);
});
