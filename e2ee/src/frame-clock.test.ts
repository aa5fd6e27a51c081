import { afterEach, expect, test, vi } from 'vitest';
import { systemFrameClock } from './frame-clock.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Timers that come a fraction of a millisecond before their time, as browsers' do. */
const startEarlyTimers = () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let nowMs = 10.75;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  return (ms: number, late: number): void => {
    nowMs += ms + late;
    vi.advanceTimersByTime(ms);
  };
};

test('G31 a timer that comes early waits for the rest: who asks at its time is never too soon', () => {
  const pass = startEarlyTimers();
  const dueMs = systemFrameClock.now() + 187.6;
  const calls: number[] = [];
  systemFrameClock.after(187.6, () => calls.push(systemFrameClock.now()));
  pass(188, -0.9);
  expect(calls).toEqual([]);
  pass(1, 0);
  expect(calls).toHaveLength(1);
  expect(calls[0]).toBeGreaterThanOrEqual(dueMs);
  pass(1000, 0);
  expect(calls).toHaveLength(1);
});

test('a timer is cancelled, also while it waits for the rest', () => {
  const pass = startEarlyTimers();
  let calls = 0;
  const cancel = systemFrameClock.after(20.5, () => (calls += 1));
  pass(21, -0.9);
  cancel();
  pass(1000, 0);
  expect(calls).toBe(0);
});
