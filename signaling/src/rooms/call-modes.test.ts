// When a room's time has come: to go direct, and to ask for a home again (PROTOCOL C8, M1).
import { expect, it } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { join, roomOf, step } from '../../test/support/decisions.ts';
import { as } from '../../test/support/group-commands.ts';
import { roomIds } from '../../test/contracts/store-fixtures.ts';
import { newPeerId } from '../random.ts';
import { BACK_TO_PEER_TO_PEER_MS, CallModes, PLACE_RETRY_MS } from './call-modes.ts';

const [ada, bob, carol] = [newPeerId(), newPeerId(), newPeerId()];
const roomId = roomIds.mint();
const home = { nodeId: 'local', worker: 0 };

const start = () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const store = { isAway: false };
  const failing = { direct: false };
  let answer = Promise.withResolvers<void>();
  const modes = new CallModes({
    clock,
    isStoreAway: () => store.isAway,
    onMayGoDirect: async () => {
      told.push('direct');
      if (failing.direct) throw new Error('the record was not told');
    },
    onHomeAwaited: () => void told.push('awaited'),
    onHomeAwaitedNoMore: () => void told.push('awaited no more'),
    onLacksHome: () => {
      told.push('home');
      return answer.promise;
    },
  });
  const settle = async (end: 'resolve' | 'reject'): Promise<void> => {
    const { promise, resolve, reject } = answer;
    answer = Promise.withResolvers<void>();
    if (end === 'resolve') resolve();
    else reject(new Error('no worker'));
    await promise.catch(() => undefined);
    await Promise.resolve();
  };
  return { clock, told, modes, settle, store, failing };
};

const three = roomOf(join(ada), join(bob), join(carol), { type: 'place', placement: 1, home });
const two = step(three, { type: 'leave', reason: 'left', ...as(three, carol) });
const away = step(two, { type: 'disconnect', ...as(two, bob) });
const lost = step(three, { type: 'lose-media', placement: 1 });

it('C8 two that stay two are told after 15 s, once, however often they are looked at', () => {
  const { clock, told, modes } = start();
  modes.observe(roomId, three);
  clock.advance(BACK_TO_PEER_TO_PEER_MS);
  modes.observe(roomId, two);
  clock.advance(BACK_TO_PEER_TO_PEER_MS - 1);
  modes.observe(roomId, two);
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual(['direct']);
  clock.advance(10 * BACK_TO_PEER_TO_PEER_MS);
  expect(told).toEqual(['direct']);
});

it('C8 a third, or one that is away, begins the time anew; a room that is gone ends it', () => {
  const { clock, told, modes } = start();
  for (const other of [three, away, null]) {
    modes.observe(roomId, two);
    clock.advance(BACK_TO_PEER_TO_PEER_MS - 1);
    modes.observe(roomId, other);
    clock.advance(BACK_TO_PEER_TO_PEER_MS);
  }
  modes.observe(roomId, two);
  modes.close();
  modes.close();
  clock.advance(BACK_TO_PEER_TO_PEER_MS);
  expect(told).toEqual([]);
});

it('M1 a room without a home asks until it has one, one question at a time', async () => {
  const { clock, told, modes, settle } = start();
  modes.observe(roomId, lost);
  clock.advance(PLACE_RETRY_MS);
  clock.advance(10 * PLACE_RETRY_MS);
  modes.observe(roomId, lost);
  expect(told).toEqual(['home']);
  await settle('reject');
  clock.advance(PLACE_RETRY_MS);
  expect(told).toEqual(['home', 'awaited', 'home']);
  modes.observe(roomId, three);
  await settle('resolve');
  clock.advance(10 * PLACE_RETRY_MS);
  expect(told).toEqual(['home', 'awaited', 'home', 'awaited no more']);
});

it('M1 that a room waits for a home is told once when it begins and once when it ends', async () => {
  const { clock, told, modes, settle } = start();
  const tidings = () => told.filter((one) => one !== 'home');
  modes.observe(roomId, lost);
  for (let tries = 0; tries < 20; tries += 1) {
    clock.advance(PLACE_RETRY_MS);
    await settle('reject');
  }
  expect(told.filter((one) => one === 'home')).toHaveLength(20);
  expect(tidings()).toEqual(['awaited']);
  modes.observe(roomId, null);
  modes.observe(roomId, null);
  expect(tidings()).toEqual(['awaited', 'awaited no more']);
  // One that gets its home by the first question has never waited.
  modes.observe(roomId, lost);
  clock.advance(PLACE_RETRY_MS);
  await settle('resolve');
  modes.observe(roomId, three);
  expect(tidings()).toEqual(['awaited', 'awaited no more']);
});

it('S6 while the store is away nobody is asked, and afterwards as before', async () => {
  const { clock, told, modes, store } = start();
  modes.observe(roomId, lost);
  const other = roomIds.mint();
  modes.observe(other, two);
  store.isAway = true;
  clock.advance(10 * BACK_TO_PEER_TO_PEER_MS);
  expect(told).toEqual([]);
  store.isAway = false;
  clock.advance(2_000);
  expect(told.toSorted()).toEqual(['direct', 'home']);
  modes.close();
});

it('C8 a way back that the record was not told of is asked for again, until it was', async () => {
  const { clock, told, modes, failing } = start();
  failing.direct = true;
  modes.observe(roomId, two);
  clock.advance(BACK_TO_PEER_TO_PEER_MS);
  await Promise.resolve();
  await Promise.resolve();
  expect(told).toEqual(['direct']);
  failing.direct = false;
  clock.advance(2_000);
  await Promise.resolve();
  expect(told).toEqual(['direct', 'direct']);
  clock.advance(10 * BACK_TO_PEER_TO_PEER_MS);
  expect(told).toEqual(['direct', 'direct']);
});
