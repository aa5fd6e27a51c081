// When a store goes and when it is back: each told once (PROTOCOL S3).
import { expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { AppError } from '../errors.ts';
import { BACK_MS, LOOK_EVERY_MS, StoreWatch } from './store-watch.ts';

const start = () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const awayTimes: number[] = [];
  const store = { isReady: true };
  const watch = new StoreWatch({
    clock,
    isReady: () => store.isReady,
    onAway: () => void told.push('away'),
    onBack: (awayMs) => {
      told.push('back');
      awayTimes.push(awayMs);
    },
  });
  return { clock, told, awayTimes, store, watch };
};

it('S3 an outage that nobody asks anything in is noticed', () => {
  const { clock, told, store } = start();
  clock.advance(10 * LOOK_EVERY_MS);
  store.isReady = false;
  clock.advance(100 * LOOK_EVERY_MS);
  expect(told).toEqual(['away']);
  store.isReady = true;
  clock.advance(100 * LOOK_EVERY_MS);
  expect(told).toEqual(['away', 'back']);
});

it('S3 a call that fails is noticed at once, and a hundred of them once', () => {
  const { clock, told, store, watch } = start();
  store.isReady = false;
  for (let calls = 0; calls < 100; calls += 1)
    watch.noteFailure(new AppError('unavailable', 'away'));
  expect(told).toEqual(['away']);
  store.isReady = true;
  // Whoever waits for the return is told of it before the store is taken for back.
  expect(watch.isAway()).toBe(true);
  clock.advance(BACK_MS);
  expect(watch.isAway()).toBe(false);
  expect(told).toEqual(['away', 'back']);
});

it('S3 an outage between two looks, seen by whoever asked, ends with a return', () => {
  const { clock, told, store, watch } = start();
  store.isReady = false;
  expect(watch.isAway()).toBe(true);
  store.isReady = true;
  clock.advance(BACK_MS);
  expect(told).toEqual(['away', 'back']);
});

it('S3 one that answers now and then is not back before it goes on answering', () => {
  const { clock, told, awayTimes, store, watch } = start();
  clock.advance(LOOK_EVERY_MS);
  for (let times = 0; times < 20; times += 1) {
    store.isReady = false;
    clock.advance(LOOK_EVERY_MS);
    store.isReady = true;
    clock.advance(BACK_MS - LOOK_EVERY_MS);
    if (times === 10) watch.noteFailure(new AppError('unavailable', 'away'));
  }
  expect(told).toEqual(['away']);
  clock.advance(LOOK_EVERY_MS);
  expect(told).toEqual(['away', 'back']);
  expect(awayTimes).toEqual([20 * BACK_MS]);
});

it('another failure is no outage, and nothing is told after the end', () => {
  const { clock, told, store, watch } = start();
  watch.noteFailure(new AppError('busy', 'busy'));
  watch.noteFailure(new Error('other'));
  expect(watch.isAway()).toBe(false);
  watch.close();
  store.isReady = false;
  clock.advance(10 * LOOK_EVERY_MS);
  expect(told).toEqual([]);
});
