// What is told over a link reaches the server in order, however often it is refused at first.
import { expect, test } from 'vitest';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import { settled } from '../../signaling/testing/turns.ts';
import { LinkOutbox } from './link-outbox.ts';

const AGAIN_MS = 300;

const createScene = () => {
  const clock = new FakeClock();
  const sent: number[] = [];
  let isRefused = false;
  const outbox = new LinkOutbox({
    clock,
    send: async (content) => {
      if (isRefused) throw new Error('refused');
      sent.push(content.type === 'restart' ? content.round : 0);
    },
  });
  const tell = (round: number): void => outbox.tell({ type: 'restart', round });
  return { clock, sent, outbox, tell, refuse: (is: boolean) => (isRefused = is) };
};

test('in order', async () => {
  const { sent, tell } = createScene();
  for (const round of [1, 2, 3]) tell(round);
  await settled();
  expect(sent).toEqual([1, 2, 3]);
});

test('what is refused is told again, and what follows waits for it', async () => {
  const { clock, sent, tell, refuse } = createScene();
  refuse(true);
  tell(1);
  await settled();
  tell(2);
  await settled();
  expect(clock.pending).toBe(1);
  clock.advance(AGAIN_MS);
  await settled();
  refuse(false);
  clock.advance(AGAIN_MS);
  await settled();
  expect(sent).toEqual([1, 2]);
});

test('closed, nothing more is told but last words', async () => {
  const { clock, sent, outbox, tell, refuse } = createScene();
  refuse(true);
  tell(1);
  await settled();
  refuse(false);
  outbox.close({ type: 'closed' });
  outbox.close({ type: 'closed' });
  tell(2);
  clock.advance(AGAIN_MS);
  await settled();
  expect(sent).toEqual([0]);
  expect(clock.pending).toBe(0);
});

test('no more than so many wait', async () => {
  const { clock, sent, tell, refuse } = createScene();
  refuse(true);
  for (let round = 1; round <= 100; round += 1) tell(round);
  await settled();
  refuse(false);
  clock.advance(AGAIN_MS);
  await settled();
  expect(sent).toHaveLength(64);
});
