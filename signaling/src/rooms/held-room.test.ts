// A room that a node holds: what was missed is looked up once, however often it is said (PROTOCOL V7, N4).
import { expect, it } from 'vitest';
import { roomIds } from '../../test/contracts/store-fixtures.ts';
import { join } from '../../test/support/decisions.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { AppError } from '../errors.ts';
import { newPeerId } from '../random.ts';
import { HeldRoom } from './held-room.ts';
import { createMemoryRoomStore } from './memory-room-store.ts';
import { RENEW_MS, type RoomStore } from './room-store.ts';

const start = async () => {
  const clock = new ManualClock();
  const memory = createMemoryRoomStore();
  const counts = { reads: 0, renewals: 0, audits: 0, errors: 0 };
  let gate: Promise<void> = Promise.resolve();
  let isAway = false;
  const asked = async (): Promise<void> => {
    await gate;
    if (isAway) throw new AppError('unavailable', 'away');
  };
  const store: RoomStore = {
    ...memory,
    read: async (id, after) => {
      counts.reads += 1;
      await asked();
      return memory.read(id, after);
    },
    renew: async (id) => {
      counts.renewals += 1;
      await asked();
      return memory.renew(id);
    },
  };
  const room = new HeldRoom(roomIds.mint(), {
    store,
    clock,
    isServed: () => true,
    onEvents: () => undefined,
    onReset: () => undefined,
    onMessage: () => undefined,
    onWhisper: () => undefined,
    onAudited: () => {
      counts.audits += 1;
    },
    onError: () => {
      counts.errors += 1;
    },
    onRest: () => undefined,
  });
  await room.run((replica) => replica.execute(join(newPeerId())));
  counts.reads = 0;
  return {
    clock,
    room,
    counts,
    /** Nothing is answered until the answer is called. */
    hang: (): (() => void) => {
      const waiting = Promise.withResolvers<void>();
      gate = waiting.promise;
      return waiting.resolve;
    },
    away: (is: boolean) => {
      isAway = is;
    },
  };
};

it('V7 a thousand times something missed behind a read that hangs is one more read', async () => {
  const { room, counts, hang } = await start();
  const answer = hang();
  void room.catchUp();
  await expect.poll(() => counts.reads).toBe(1);
  for (let times = 0; times < 1_000; times += 1) void room.catchUp();
  answer();
  await expect.poll(() => room.isIdle).toBe(true);
  expect(counts).toMatchObject({ reads: 2, errors: 0 });
});

it('N4 while nothing is answered one renewal waits, and they go on afterwards', async () => {
  const { clock, room, counts, hang, away } = await start();
  const answer = hang();
  for (let times = 0; times < 100; times += 1) {
    clock.advance(RENEW_MS);
    await Promise.resolve();
  }
  expect(counts.renewals).toBe(1);
  away(true);
  answer();
  await expect.poll(() => room.isIdle).toBe(true);
  expect(counts).toMatchObject({ audits: 0, errors: 1 });
  away(false);
  clock.advance(RENEW_MS);
  await expect.poll(() => counts.audits).toBe(1);
  expect(counts).toMatchObject({ renewals: 2, reads: 0 });
});

it('after its end it asks for nothing and hears of nothing', async () => {
  const { clock, room, counts } = await start();
  room.close();
  room.close();
  void room.catchUp();
  clock.advance(10 * RENEW_MS);
  await expect.poll(() => room.isIdle).toBe(true);
  expect(counts).toEqual({ reads: 0, renewals: 0, audits: 0, errors: 0 });
});

it('S4 waits do not add up: what was asked behind a call that found the store away is refused with it', async () => {
  const { room, counts, hang, away } = await start();
  const release = hang();
  const refused: number[] = [];
  const asked = [0, 1, 2].map((index) =>
    room.run((replica) => replica.catchUp()).catch(() => refused.push(index)),
  );
  away(true);
  release();
  await Promise.all(asked);
  expect(refused).toEqual([0, 1, 2]);
  // One of them has asked the store; who comes now does so again.
  expect(counts.reads).toBe(1);
  await expect(room.run((replica) => replica.catchUp())).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(counts.reads).toBe(2);
  away(false);
  await room.run((replica) => replica.catchUp());
});
