// Who is heard while two people talk directly.
import { expect, test } from 'vitest';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import { peerId } from '../../signaling/testing/room-samples.ts';
import { LinkLevels, volumeOf, volumeOfMeter } from './link-levels.ts';

const [ann, bob] = [peerId('ann'), peerId('bob')];
const INTERVAL_MS = 100;

const createScene = () => {
  const clock = new FakeClock();
  const told: (readonly (readonly [string, number])[])[] = [];
  let heard: readonly { readonly peerId: typeof ann; readonly volume: number }[] = [];
  const levels = new LinkLevels({
    clock,
    read: () => heard,
    onLevels: (now) => told.push([...now]),
  });
  const hear = (...volumes: readonly number[]): void => {
    heard = volumes.map((volume, index) => ({ peerId: index === 0 ? ann : bob, volume }));
    clock.advance(INTERVAL_MS);
  };
  return { clock, told, levels, hear };
};

const source = (audioLevel?: number): RTCRtpSynchronizationSource => ({
  rtpTimestamp: 1,
  source: 1,
  timestamp: 1,
  ...(audioLevel === undefined ? {} : { audioLevel }),
});

test('levels are decibels below the loudest', () => {
  expect(volumeOf({ getSynchronizationSources: () => [source(1)] })).toBe(0);
  expect(volumeOf({ getSynchronizationSources: () => [source(0.1), source(0.01)] })).toBeCloseTo(
    -20,
  );
  expect(volumeOf({ getSynchronizationSources: () => [] })).toBe(Number.NEGATIVE_INFINITY);
  expect(volumeOf({ getSynchronizationSources: () => [source()] })).toBe(Number.NEGATIVE_INFINITY);
  expect([volumeOfMeter(1), volumeOfMeter(0.5)]).toEqual([0, -30]);
  expect(volumeOfMeter(0)).toBe(Number.NEGATIVE_INFINITY);
});

test('S1 who is loud enough is heard, and for a moment longer', () => {
  const { told, levels, hear } = createScene();
  levels.start();
  hear(-20.4, -70);
  expect(told).toEqual([[[ann, -20]]]);
  hear(-80, -80);
  hear(-80, -80);
  expect(told).toHaveLength(1);
  hear(-80, -80);
  expect(told.at(-1)).toEqual([]);
});

test('S1 what has not changed is told once', () => {
  const { told, levels, hear } = createScene();
  levels.start();
  for (let turn = 0; turn < 5; turn += 1) hear(-20, -30);
  expect(told).toEqual([
    [
      [ann, -20],
      [bob, -30],
    ],
  ]);
});

test('S1 when it stops nobody is heard by this way, and nothing is looked at', () => {
  const { clock, told, levels, hear } = createScene();
  levels.start();
  levels.start();
  hear(-20);
  expect(clock.pending).toBe(1);
  levels.stop();
  levels.stop();
  expect(clock.pending).toBe(0);
  expect(told).toEqual([[[ann, -20]], []]);
});
