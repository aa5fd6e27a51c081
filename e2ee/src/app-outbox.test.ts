import { expect, test } from 'vitest';
import {
  AppOutbox,
  MAX_MESSAGES_WAITING,
  MESSAGE_BURST,
  MESSAGES_PER_SECOND,
  NEXT_EPOCH_MS,
} from './app-outbox.ts';
import { GroupError, type GroupErrorCode } from './group-errors.ts';
import { ManualClock } from './testing/frame-world.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

const settleAll = async () => {
  for (let turn = 0; turn < 2 * MAX_MESSAGES_WAITING; turn += 1) await settle();
};

/** `say`: the codes that sealing fails with, one for each try; then it works. */
function makeOutbox(...say: readonly (GroupErrorCode | 'fault')[]) {
  const failures = [...say];
  const clock = new ManualClock();
  const sealed: number[] = [];
  const refused: [number, string][] = [];
  const asked = { epochs: 0, failed: 0 };
  let underWay = 0;
  const outbox = new AppOutbox({
    clock,
    seal: async ({ request }) => {
      underWay += 1;
      expect(underWay).toBe(1);
      await settle();
      underWay -= 1;
      const code = failures.shift();
      if (code === 'fault') throw new TypeError('a fault of ours');
      if (code !== undefined) throw new GroupError(code, 'as the test says');
      return Uint8Array.of(request);
    },
    onSealed: (request) => sealed.push(request),
    onRefused: (request, code) => refused.push([request, code]),
    onEpochNeeded: () => {
      asked.epochs += 1;
    },
    onFailed: () => {
      asked.failed += 1;
    },
  });
  const add = (count: number, from = 0) => {
    for (let index = 0; index < count; index += 1) {
      const request = from + index;
      outbox.add({ request, kind: 1, body: Uint8Array.of(1), to: '' });
    }
  };
  return { outbox, clock, sealed, refused, asked, add, settle: settleAll };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

test('G43 a burst goes at once, then five a second, in order, one at a time', async () => {
  const { clock, sealed, add, settle: settled } = makeOutbox();
  add(MESSAGE_BURST + 3 * MESSAGES_PER_SECOND);
  await settled();
  expect(sealed).toEqual(numbers(MESSAGE_BURST));
  for (let second = 1; second <= 3; second += 1) {
    for (let part = 0; part < 20; part += 1) {
      clock.advance(50);
      await settle();
      await settle();
    }
    await settled();
    expect(sealed).toEqual(numbers(MESSAGE_BURST + second * MESSAGES_PER_SECOND));
  }
});

test('G43 silence gives back a burst, and no more', async () => {
  const { clock, sealed, add, settle: settled } = makeOutbox();
  add(MESSAGE_BURST);
  await settled();
  clock.advance(3_600_000);
  add(2 * MESSAGE_BURST, MESSAGE_BURST);
  await settled();
  expect(sealed).toHaveLength(2 * MESSAGE_BURST);
});

test('G43 64 wait; what is beyond them is refused, and they are not', async () => {
  const { clock, sealed, refused, add, settle: settled } = makeOutbox();
  add(MESSAGE_BURST);
  await settled();
  add(MAX_MESSAGES_WAITING + 2, MESSAGE_BURST);
  const all = MESSAGE_BURST + MAX_MESSAGES_WAITING;
  expect(refused).toEqual([
    [all, 'rate'],
    [all + 1, 'rate'],
  ]);
  for (let turn = 0; turn < MAX_MESSAGES_WAITING; turn += 1) {
    clock.advance(1000 / MESSAGES_PER_SECOND);
    await settled();
  }
  expect(sealed).toEqual(numbers(all));
});

test('G43 one that is refused holds up nobody', async () => {
  const { sealed, refused, add, settle: settled } = makeOutbox('no-group');
  add(2);
  await settled();
  expect(refused).toEqual([[0, 'no-group']]);
  expect(sealed).toEqual([1]);
});

test('G43 where the epoch has had enough, a new one is asked for and waited for', async () => {
  const { outbox, clock, sealed, refused, asked, add, settle: settled } = makeOutbox('commit-now');
  outbox.epochBegan();
  add(2);
  await settled();
  expect([sealed, asked.epochs]).toEqual([[], 1]);
  clock.advance(NEXT_EPOCH_MS - 1);
  await settled();
  expect(sealed).toEqual([]);
  outbox.epochBegan();
  await settled();
  expect(sealed).toEqual([0, 1]);
  clock.advance(10 * NEXT_EPOCH_MS);
  await settled();
  expect([refused, asked.epochs]).toEqual([[], 1]);
});

test('G43 where no epoch comes, all that waits is refused; the next asks again', async () => {
  const { clock, sealed, refused, asked, add, settle: settled } = makeOutbox('commit-now');
  add(2);
  await settled();
  clock.advance(NEXT_EPOCH_MS);
  await settled();
  expect(refused).toEqual([
    [0, 'commit-now'],
    [1, 'commit-now'],
  ]);
  add(1, 2);
  await settled();
  expect([sealed, asked.epochs]).toEqual([[2], 1]);
});

test('G42 G43 closed, it refuses each message once, the one that was being sealed too', async () => {
  const { outbox, clock, sealed, refused, add, settle: settled } = makeOutbox();
  add(3);
  outbox.close();
  add(1, 3);
  outbox.close();
  await settled();
  clock.advance(60_000);
  await settled();
  expect(sealed).toEqual([]);
  expect(refused).toEqual(numbers(4).map((request) => [request, 'closed']));
});

test('G39 anything but a refusal is a failure', async () => {
  const { asked, refused, add, settle: settled } = makeOutbox('fault');
  add(1);
  await settled();
  expect([asked.failed, refused]).toEqual([1, []]);
});
