import { expect, test } from 'vitest';
import { AppInbox, HELD_MS, MAX_HELD, MAX_HELD_OF_ONE, type Opening } from './app-inbox.ts';
import { ManualClock } from './testing/frame-world.ts';

const settle = async () => {
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Envelopes are (epoch, number): one opens when its epoch has begun; epoch 255 is a fault of ours. */
function makeInbox() {
  const clock = new ManualClock();
  const opened: string[] = [];
  const state = { epoch: 1, failed: 0, tries: 0 };
  const inbox = new AppInbox({
    clock,
    open: async ({ from, envelope }): Promise<Opening> => {
      state.tries += 1;
      await new Promise((resolve) => setImmediate(resolve));
      const [epoch = 0] = envelope;
      if (epoch === 255) throw new TypeError('a fault of ours');
      if (epoch === 0) return { kind: 'dropped' };
      if (epoch > state.epoch) return { kind: 'early' };
      const sender = { leaf: 0, peerId: from, name: from, signatureKey: from };
      return { kind: 'opened', message: { sender, kind: 1, body: envelope } };
    },
    onMessage: ({ sender, body }) => opened.push(`${sender.peerId}${body.join('.')}`),
    onFailed: () => {
      state.failed += 1;
    },
  });
  const add = (from: string, epoch: number, number: number) =>
    inbox.add({ from, to: '', envelope: Uint8Array.of(epoch, number) });
  const begin = (epoch: number) => {
    state.epoch = epoch;
    inbox.epochBegan();
  };
  return { inbox, clock, opened, state, add, begin };
}

test('G44 messages are opened in the order in which they came', async () => {
  const { opened, add } = makeInbox();
  for (let number = 0; number < 20; number += 1) add(number % 2 === 0 ? 'a' : 'b', 1, number);
  await settle();
  expect(opened).toEqual(
    Array.from({ length: 20 }, (_, number) => `${number % 2 === 0 ? 'a' : 'b'}1.${number}`),
  );
});

test('G44 what comes before its epoch waits for it, and holds up its sender alone', async () => {
  const { opened, add, begin } = makeInbox();
  add('a', 2, 1);
  add('a', 0, 2);
  add('a', 2, 3);
  add('b', 1, 4);
  await settle();
  expect(opened).toEqual(['b1.4']);
  begin(2);
  add('a', 2, 5);
  await settle();
  expect(opened).toEqual(['b1.4', 'a2.1', 'a2.3', 'a2.5']);
});

test('G44 keys that came just before they were told of turn nothing round', async () => {
  const { opened, state, add, begin } = makeInbox();
  add('a', 2, 1);
  await settle();
  state.epoch = 2;
  add('a', 2, 2);
  await settle();
  begin(2);
  await settle();
  expect(opened).toEqual(['a2.1', 'a2.2']);
});

test('G44 of two epochs ahead, one waits on', async () => {
  const { opened, add, begin } = makeInbox();
  add('a', 3, 1);
  add('b', 2, 2);
  add('a', 2, 3);
  await settle();
  begin(2);
  await settle();
  expect(opened).toEqual(['b2.2']);
  begin(3);
  await settle();
  expect(opened).toEqual(['b2.2', 'a3.1', 'a2.3']);
});

test('G44 after 10 s it is let go, and what waited behind it is looked at', async () => {
  const { clock, opened, add, begin } = makeInbox();
  add('a', 9, 1);
  await settle();
  clock.advance(HELD_MS / 2);
  add('a', 1, 2);
  await settle();
  clock.advance(HELD_MS / 2 - 1);
  await settle();
  expect(opened).toEqual([]);
  clock.advance(1);
  await settle();
  expect(opened).toEqual(['a1.2']);
  begin(9);
  await settle();
  expect(opened).toEqual(['a1.2']);
});

test('G44 64 wait, the next is dropped', async () => {
  const { opened, add, begin } = makeInbox();
  for (let number = 0; number < MAX_HELD + 3; number += 1) add(`p${number}`, 2, number);
  await settle();
  begin(2);
  await settle();
  expect(opened).toHaveLength(MAX_HELD);
  expect(opened.at(-1)).toBe(`p${MAX_HELD - 1}2.${MAX_HELD - 1}`);
});

test('G44 of one sender 8 wait, and others keep their places', async () => {
  const { opened, add, begin } = makeInbox();
  for (let number = 0; number < 3 * MAX_HELD; number += 1) add('flood', 2, number);
  add('a', 2, 1);
  await settle();
  begin(2);
  await settle();
  expect(opened).toHaveLength(MAX_HELD_OF_ONE + 1);
  expect(opened.at(-1)).toBe('a2.1');
  // Places are free again once what waited has gone.
  add('flood', 3, 1);
  await settle();
  begin(3);
  await settle();
  expect(opened.at(-1)).toBe('flood3.1');
});

test('G42 G44 closed, it opens nothing and tells nothing', async () => {
  const { inbox, clock, opened, state, add, begin } = makeInbox();
  add('a', 2, 1);
  await settle();
  add('b', 1, 2);
  inbox.close();
  begin(2);
  clock.advance(HELD_MS);
  await settle();
  expect([opened, state.tries]).toEqual([[], 1]);
});

test('G39 anything but a refusal is a failure', async () => {
  const { state, add } = makeInbox();
  add('a', 255, 1);
  await settle();
  expect(state.failed).toBe(1);
});
