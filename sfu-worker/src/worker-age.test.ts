// Which worker is replaced for its age: one at a time, and with somewhere for its rooms to go.
import { expect, it } from 'vitest';
import { chooseAged, type AgedWorker } from './worker-age.ts';

const MAX_MS = 1_000;
const OLD = { ageMs: 1_001 };
const OLDER = { ageMs: 5_000 };
const BUSY = { isEmpty: false };
const AWAY = { takesRooms: false };

const chosen = (...workers: readonly Partial<AgedWorker>[]): number | undefined =>
  chooseAged(
    workers.map((each, worker) => ({
      worker,
      ageMs: 0,
      isEmpty: true,
      takesRooms: true,
      ...each,
    })),
    MAX_MS,
  );

it('M18 none while none is older than they may get', () => {
  expect(chosen()).toBeUndefined();
  expect(chosen({}, { ageMs: MAX_MS })).toBeUndefined();
});

it('M18 the oldest first, and before it one that nobody misses', () => {
  expect(chosen(OLD, OLDER)).toBe(1);
  expect(chosen({ ...OLD, ...BUSY }, { ...OLDER, ...BUSY }, {})).toBe(1);
  expect(chosen({ ...OLDER, ...BUSY }, OLD, {})).toBe(1);
});

it('M18 one with rooms only where another one takes them', () => {
  expect(chosen({ ...OLD, ...BUSY })).toBeUndefined();
  expect(chosen(OLD)).toBe(0);
  expect(chosen({ ...OLD, ...BUSY }, BUSY)).toBe(0);
});

it('M18 none while another one drains, or is not back yet', () => {
  expect(chosen({ ...OLD, ...BUSY }, AWAY)).toBeUndefined();
  expect(chosen(OLD, {}, AWAY)).toBeUndefined();
  expect(chosen({ ...OLD, ...AWAY }, {})).toBeUndefined();
});
