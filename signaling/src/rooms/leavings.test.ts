// How long a room that moves waits for everybody to arrive (PROTOCOL M17).
import { expect, it } from 'vitest';
import { roomIds } from '../../test/contracts/store-fixtures.ts';
import { join, roomOf, step } from '../../test/support/decisions.ts';
import { as } from '../../test/support/group-commands.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { newPeerId } from '../random.ts';
import { LEAVE_AFTER_MS, Leavings } from './leavings.ts';

const [ada, bob, carol] = [newPeerId(), newPeerId(), newPeerId()];
const roomId = roomIds.mint();
const home = { nodeId: 'local', worker: 0 };

const placed = roomOf(join(ada), join(bob), join(carol), { type: 'place', placement: 1, home });
const moving = step(placed, { type: 'move', from: 1, placement: 2, home });

const start = () => {
  const clock = new ManualClock();
  const told: number[] = [];
  const store = { isAway: false, fails: false };
  const leavings = new Leavings({
    clock,
    isStoreAway: () => store.isAway,
    end: async (_roomId, placement) => {
      told.push(placement);
      if (store.fails) throw new Error('the record was not told');
    },
  });
  leavings.observe(roomId, moving);
  return { clock, told, store, leavings };
};

it('M17 after 60 s, once, however often it is looked at and whoever has arrived', () => {
  const { clock, told, leavings } = start();
  clock.advance(LEAVE_AFTER_MS - 1);
  leavings.observe(roomId, step(moving, { type: 'arrived', placement: 2, ...as(moving, ada) }));
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual([1]);
  clock.advance(10 * LEAVE_AFTER_MS);
  expect(told).toEqual([1]);
});

it.each([
  ['has moved', step(moving, { type: 'lose-media', placement: 1 })],
  ['is served no more', null],
])('M17 a room that %s waits for nobody', (_, record) => {
  const { clock, told, leavings } = start();
  leavings.observe(roomId, record);
  clock.advance(10 * LEAVE_AFTER_MS);
  expect(told).toEqual([]);
});

it('M17 a room that moves again has all of the time again', () => {
  const { clock, told, leavings } = start();
  clock.advance(LEAVE_AFTER_MS - 1);
  leavings.observe(roomId, step(moving, { type: 'move', from: 2, placement: 3, home }));
  clock.advance(LEAVE_AFTER_MS - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual([2]);
});

it('M17 while there is no new home nobody can arrive, and afterwards there is all of the time again', () => {
  const { clock, told, leavings } = start();
  const lost = step(moving, { type: 'lose-media', placement: 2 });
  leavings.observe(roomId, lost);
  clock.advance(10 * LEAVE_AFTER_MS);
  expect(told).toEqual([]);
  leavings.observe(roomId, step(lost, { type: 'place', placement: 3, home }));
  clock.advance(LEAVE_AFTER_MS - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual([1]);
});

it('S6 while the store is away nothing is said; what the record was not told of is said again', async () => {
  const { clock, told, store, leavings } = start();
  store.isAway = true;
  clock.advance(2 * LEAVE_AFTER_MS);
  expect(told).toEqual([]);
  store.isAway = false;
  store.fails = true;
  clock.advance(2_000);
  expect(told).toEqual([1]);
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(2_000);
  expect(told).toEqual([1, 1]);
  leavings.close();
  leavings.close();
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(10_000);
  expect(told).toEqual([1, 1]);
});
