// When a process may be called dead, by the answers to beats alone.
import { expect, it } from 'vitest';
import { newNodeName } from '../random.ts';
import { type BeatAnswer, LeaseJudge } from './lease-judge.ts';
import { BEAT_MS, LEASE_MS } from './node-leases.ts';

const [self, other] = [newNodeName(), newNodeName()];
const T0 = 1_000_000;

const start = () => {
  const judge = new LeaseJudge();
  const beat = (nowMs: number, rest: Partial<BeatAnswer> = {}): void => {
    judge.sent();
    judge.answered({ nowMs, held: nowMs > T0, living: [self], ended: [], ...rest });
  };
  /** Beats until one's word counts. */
  const beatUpTo = (nowMs: number, rest: Partial<BeatAnswer> = {}): void => {
    for (let ms = T0; ms <= nowMs; ms += BEAT_MS) beat(ms, rest);
  };
  return { judge, beat, beatUpTo };
};

it('N1 nobody is dead before beats were answered for the length of a lease', () => {
  const { judge, beat } = start();
  expect(judge.isDead(other)).toBe(false);
  for (let ms = 0; ms < LEASE_MS; ms += BEAT_MS) {
    beat(T0 + ms, { ended: [other] });
    expect(judge.isDead(other)).toBe(false);
  }
  beat(T0 + LEASE_MS, { ended: [other] });
  expect(judge.isDead(other)).toBe(true);
});

it('N1 who lives is not dead, nor who lives again', () => {
  const { judge, beat, beatUpTo } = start();
  beatUpTo(T0 + LEASE_MS, { living: [self, other] });
  expect(judge.isDead(other)).toBe(false);
  beat(T0 + 8_000, { ended: [other] });
  expect(judge.isDead(other)).toBe(true);
  beat(T0 + 10_000, { living: [self, other] });
  expect(judge.isDead(other)).toBe(false);
});

it.each([
  ['a beat that was not answered', (on: ReturnType<typeof start>) => on.judge.interrupted()],
  [
    'an own lease that had ended or was forgotten',
    (on: ReturnType<typeof start>) => on.beat(T0 + 8_000, { held: false, ended: [other] }),
  ],
])('N1 after %s it counts anew', (_what, interrupt) => {
  const on = start();
  on.beatUpTo(T0 + LEASE_MS, { ended: [other] });
  expect(on.judge.isDead(other)).toBe(true);
  interrupt(on);
  expect(on.judge.isDead(other)).toBe(false);
  on.beat(T0 + 9_000, { ended: [other] });
  on.beat(T0 + 13_999, { ended: [other] });
  expect(on.judge.isDead(other)).toBe(false);
  on.beat(T0 + 15_000, { ended: [other] });
  expect(on.judge.isDead(other)).toBe(true);
});

it('N1 a name that nobody knows is dead by a beat that was sent after it was asked for', () => {
  const { judge, beat, beatUpTo } = start();
  beatUpTo(T0 + LEASE_MS);
  judge.sent();
  expect(judge.isDead(other)).toBe(false);
  // Under way when it was asked for: it may have begun since.
  judge.answered({ nowMs: T0 + 8_000, held: true, living: [self], ended: [] });
  expect(judge.isDead(other)).toBe(false);
  beat(T0 + 10_000);
  expect(judge.isDead(other)).toBe(true);
});

it('N1 a name that was new is alive', () => {
  const { judge, beat, beatUpTo } = start();
  beatUpTo(T0 + LEASE_MS);
  expect(judge.isDead(other)).toBe(false);
  beat(T0 + 8_000, { living: [self, other] });
  expect(judge.isDead(other)).toBe(false);
  beat(T0 + 10_000, { living: [self, other] });
  expect(judge.isDead(other)).toBe(false);
});
