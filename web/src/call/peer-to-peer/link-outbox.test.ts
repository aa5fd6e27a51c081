// What is told over a link reaches the server in order, however often it is refused at first.
import { expect, test } from 'vitest';
import { FakeClock } from '../../signaling/testing/fake-clock.ts';
import { settled } from '../../signaling/testing/turns.ts';
import type { LinkContent } from './link-messages.ts';
import { LinkOutbox } from './link-outbox.ts';

const AGAIN_MS = 300;

const createScene = () => {
  const clock = new FakeClock();
  const sent: number[] = [];
  const sentAll: LinkContent[] = [];
  let isRefused = false;
  const outbox = new LinkOutbox({
    clock,
    send: async (content) => {
      if (isRefused) throw new Error('refused');
      sentAll.push(content);
      sent.push(content.type === 'restart' ? content.round : 0);
    },
  });
  const tell = (round: number): void => outbox.tell({ type: 'restart', round });
  return { clock, sent, sentAll, outbox, tell, refuse: (is: boolean) => (isRefused = is) };
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

test('of sizes that are wanted, and of key frames, the last one counts', async () => {
  const { clock, outbox, sentAll, refuse } = createScene();
  refuse(true);
  outbox.tell({ type: 'restart', round: 1 });
  outbox.tell({ type: 'want', cam: 0, screen: 0 });
  for (let turn = 0; turn < 100; turn += 1) outbox.tell({ type: 'key-frame', source: 'cam' });
  outbox.tell({ type: 'key-frame', source: 'screen' });
  outbox.tell({ type: 'want', cam: 2, screen: 0 });
  await settled();
  refuse(false);
  clock.advance(AGAIN_MS);
  await settled();
  expect(sentAll.map((content) => JSON.stringify(content))).toEqual([
    '{"type":"restart","round":1}',
    '{"type":"key-frame","source":"cam"}',
    '{"type":"key-frame","source":"screen"}',
    '{"type":"want","cam":2,"screen":0}',
  ]);
});
