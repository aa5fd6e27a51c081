// How long somebody may be away, and how an absent store counts (PROTOCOL J6, S6).
import { expect, it } from 'vitest';
import { roomIds } from '../../test/contracts/store-fixtures.ts';
import { join, roomOf, step } from '../../test/support/decisions.ts';
import { as } from '../../test/support/group-commands.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { newPeerId } from '../random.ts';
import { ABSENCE_MS, Absences } from './absences.ts';

const [ada, bob] = [newPeerId(), newPeerId()];
const roomId = roomIds.mint();
const both = roomOf(join(ada), join(bob));
const bobAway = step(both, { type: 'disconnect', ...as(both, bob) });

const start = () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const store = { isAway: false, fails: false };
  const absences = new Absences({
    clock,
    isStoreAway: () => store.isAway,
    expire: async (_roomId, peerId) => {
      told.push(peerId);
      if (store.fails) throw new Error('the record was not told');
    },
  });
  absences.observe(roomId, bobAway);
  return { clock, told, store, absences };
};

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

it('J6 after 45 s, once, and not for who is back', () => {
  const { clock, told, absences } = start();
  clock.advance(ABSENCE_MS - 1);
  absences.observe(roomId, bobAway);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual([bob]);
  clock.advance(10 * ABSENCE_MS);
  expect(told).toEqual([bob]);
  absences.observe(roomId, both);
  expect(absences.has(roomId)).toBe(false);
});

it('S6 a time that would end while the store is away does not, and begins anew when it is back', () => {
  const { clock, told, store, absences } = start();
  store.isAway = true;
  clock.advance(20 * ABSENCE_MS);
  store.isAway = false;
  absences.restart();
  clock.advance(ABSENCE_MS - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual([bob]);
});

it('S6 a time that is running when the store is back begins anew too, and only once', () => {
  const { clock, told, absences } = start();
  clock.advance(ABSENCE_MS - 1);
  absences.restart();
  absences.restart();
  clock.advance(ABSENCE_MS - 1);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual([bob]);
});

it('S6 a hiccup is not counted, however often there is one, and the time ends all the same', () => {
  const { clock, told, store, absences } = start();
  const [awayMs, thereMs] = [4_000, 6_000];
  for (let rest = ABSENCE_MS; rest > thereMs; rest -= thereMs) {
    store.isAway = true;
    clock.advance(awayMs);
    store.isAway = false;
    absences.extend(awayMs);
    clock.advance(thereMs);
    expect(told).toEqual([]);
  }
  clock.advance(ABSENCE_MS % thereMs);
  expect(told).toEqual([bob]);
});

it('S6 who went in the middle of a hiccup has all of the time after it, and who ran out goes on', () => {
  const { clock, told, store, absences } = start();
  absences.observe(roomId, both);
  store.isAway = true;
  clock.advance(2_000);
  absences.observe(roomId, bobAway);
  clock.advance(2_000);
  store.isAway = false;
  absences.extend(4_000);
  clock.advance(ABSENCE_MS - 1_000);
  expect(told).toEqual([]);
  store.isAway = true;
  clock.advance(3_000);
  store.isAway = false;
  absences.extend(3_000);
  clock.advance(999);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual([bob]);
});

it('J6 what the record was not told of is said again, until it was or somebody is back', async () => {
  const { clock, told, store, absences } = start();
  store.fails = true;
  clock.advance(ABSENCE_MS);
  await turns();
  clock.advance(2_000);
  await turns();
  expect(told).toEqual([bob, bob]);
  absences.observe(roomId, both);
  clock.advance(10 * ABSENCE_MS);
  expect(told).toEqual([bob, bob]);
});

it('nothing is said after the end', () => {
  const { clock, told, absences } = start();
  absences.close();
  absences.close();
  clock.advance(2 * ABSENCE_MS);
  expect(told).toEqual([]);
});
