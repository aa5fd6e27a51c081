// A node whose beats fail lets its people go, in time for them to come back elsewhere (PROTOCOL N6).
import { expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { newPeerId } from '../random.ts';
import { ABSENCE_MS } from './absences.ts';
import { CUT_OFF_MS, CUT_OFF_SPREAD_MS, CutOff } from './cut-off.ts';
import { createMemoryNodeLeases } from './memory-node-leases.ts';
import { BEAT_MS } from './node-leases.ts';

const PEOPLE = 4;

const start = () => {
  const clock = new ManualClock();
  const closed: number[] = [];
  let sinceMs: number | null = null;
  const members = Array.from({ length: PEOPLE }, (_, index) => ({
    peerId: newPeerId(),
    session: 1,
    deliver: () => undefined,
    signal: () => undefined,
    message: () => undefined,
    reset: () => undefined,
    retire: () => undefined,
    cutOff: () => void closed.push(index),
  }));
  const leases = {
    ...createMemoryNodeLeases(),
    failingMs: () => (sinceMs === null ? 0 : clock.now() - sinceMs),
  };
  const cutOff = new CutOff({ clock, leases, members: () => members });
  return {
    clock,
    closed,
    cutOff,
    fail: () => (sinceMs = clock.now()),
    answer: () => (sinceMs = null),
  };
};

it('N6 all are let go, one after another, while most of their time is left for none to be out', () => {
  const { clock, closed, fail } = start();
  clock.advance(20 * BEAT_MS);
  fail();
  clock.advance(CUT_OFF_MS - 1);
  expect(closed).toEqual([]);
  clock.advance(1 + BEAT_MS);
  expect(closed.length).toBeLessThan(PEOPLE);
  clock.advance(CUT_OFF_SPREAD_MS);
  expect(closed).toEqual([0, 1, 2, 3]);
  clock.advance(100 * BEAT_MS);
  expect(closed).toHaveLength(PEOPLE);
  expect(CUT_OFF_MS + BEAT_MS + CUT_OFF_SPREAD_MS).toBeLessThan(ABSENCE_MS);
});

it('N6 an outage of 30 s closes nothing, nor does another one', () => {
  const { clock, closed, fail, answer } = start();
  for (let outages = 0; outages < 3; outages += 1) {
    fail();
    clock.advance(30_000);
    answer();
    clock.advance(BEAT_MS);
  }
  clock.advance(CUT_OFF_MS);
  expect(closed).toEqual([]);
});

it('N6 who has not been let go when a beat is answered stays, until the next time', () => {
  const { clock, closed, fail, answer, cutOff } = start();
  fail();
  clock.advance(CUT_OFF_MS + BEAT_MS);
  const before = closed.length;
  expect(before).toBeGreaterThan(0);
  answer();
  clock.advance(BEAT_MS + CUT_OFF_SPREAD_MS);
  expect(closed.length).toBeLessThan(PEOPLE);
  fail();
  clock.advance(CUT_OFF_MS + BEAT_MS);
  expect(closed.length).toBeGreaterThan(before);
  cutOff.close();
  const { length } = closed;
  clock.advance(CUT_OFF_SPREAD_MS);
  expect(closed).toHaveLength(length);
});
