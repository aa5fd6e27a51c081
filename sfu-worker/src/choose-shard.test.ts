import { expect, it } from 'vitest';
import { createShardChoice, type RoomWorkers } from './choose-shard.ts';
import type { WorkerLoad } from './protocol.ts';

type Load = Omit<WorkerLoad, 'rooms' | 'parts'>;

const worker = (index: number, cpu: number, other: Partial<Load> = {}): Load => ({
  worker: index,
  cpu,
  alive: true,
  draining: false,
  ...other,
});

const chooser = (load: readonly Load[], spillAbove = 0.7) => {
  let nowMs = 0;
  const choose = createShardChoice({ load: () => load, spillAbove, nowMs: () => nowMs });
  return {
    pass: (ms: number) => void (nowMs += ms),
    choose: (home: number, ...others: number[]) => choose({ home, others }),
    many: (count: number, room: RoomWorkers) => Array.from({ length: count }, () => choose(room)),
  };
};

it.each([
  ['is the home, however idle another is', [worker(0, 0.69), worker(1, 0)], [], 0],
  ['is another once the home is above', [worker(0, 0.71), worker(1, 0.3)], [], 1],
  [
    'is one where the room is already before one where it is not',
    [worker(0, 0.9), worker(1, 0.1), worker(2, 0.6)],
    [2],
    2,
  ],
  [
    'is the least loaded of those where the room is already',
    [worker(0, 0.9), worker(1, 0.6), worker(2, 0.5), worker(3, 0)],
    [1, 2],
    2,
  ],
  [
    'is a new one when all where the room is are above',
    [worker(0, 0.9), worker(1, 0.8), worker(2, 0.7), worker(3, 0.6)],
    [1],
    3,
  ],
  ['is the least loaded when all are above', [worker(0, 0.9), worker(1, 0.75)], [], 1],
  ['is the home when all are above and as loaded', [worker(0, 1), worker(1, 1)], [1], 0],
  [
    'is none that is being replaced',
    [worker(0, 0.9), worker(1, 0, { alive: false }), worker(2, 0.4)],
    [],
    2,
  ],
  [
    'is none that drains, though the room is there',
    [worker(0, 0.9), worker(1, 0, { draining: true }), worker(2, 0.4)],
    [1],
    2,
  ],
  [
    'is the home though it drains: the room is on its way as a whole',
    [worker(0, 0.1, { draining: true }), worker(1, 0)],
    [],
    0,
  ],
])('M19 the worker of a peer %s', (_what, load, others, chosen) => {
  expect(chooser(load).choose(0, ...others)).toBe(chosen);
});

it('M19 who was just given a worker counts before it can be measured, and not for ever', () => {
  const { many, pass, choose } = chooser([worker(0, 0.65), worker(1, 0)]);
  // 0.65 and three times 0.02 is above 0.7.
  expect(many(5, { home: 0, others: [] })).toEqual([0, 0, 0, 1, 1]);
  pass(60_000);
  expect(choose(0, 1)).toBe(0);
});

it('M19 those who come at once are spread when all are above', () => {
  const { many } = chooser([worker(0, 0.8), worker(1, 0.8)], 0);
  const chosen = many(10, { home: 0, others: [1] });
  expect(chosen.filter((index) => index === 0)).toHaveLength(5);
});
