// When a worker is taken for one that hangs.
import { expect, it } from 'vitest';
import { HANGS_AFTER_LOOKS, WorkerUsage } from './worker-usage.ts';

/** Answers what it was asked when the test says so. */
const createWorker = () => {
  const asked: PromiseWithResolvers<number>[] = [];
  const errors: unknown[] = [];
  const usage = new WorkerUsage({
    ask: () => {
      const question = Promise.withResolvers<number>();
      asked.push(question);
      return question.promise;
    },
    onError: (error) => errors.push(error),
  });
  let nowMs = 0;
  const look = async (): Promise<boolean> => {
    const hangs = usage.look((nowMs += 1_000));
    await Promise.resolve();
    return hangs;
  };
  return { usage, look, asked, errors };
};

/** For an answer to arrive. */
const arrival = () => new Promise((resolve) => setImmediate(resolve));

it('M18 a worker hangs when a question waits for as many looks, and is asked once meanwhile', async () => {
  const { look, asked } = createWorker();
  const looks: boolean[] = [];
  for (let count = 0; count <= HANGS_AFTER_LOOKS; count += 1) looks.push(await look());
  expect(looks).toEqual([...Array.from({ length: HANGS_AFTER_LOOKS }, () => false), true]);
  expect(asked).toHaveLength(1);
});

it('M18 one that answers late, but before that, does not', async () => {
  const { look, asked } = createWorker();
  for (let round = 0; round < 5; round += 1) {
    for (let count = 0; count < HANGS_AFTER_LOOKS; count += 1) expect(await look()).toBe(false);
    asked.at(-1)?.resolve(0);
    await arrival();
  }
  expect(asked).toHaveLength(5);
});

it('M18 an answer that is an error is one', async () => {
  const { look, asked, errors, usage } = createWorker();
  for (let count = 0; count < 2 * HANGS_AFTER_LOOKS; count += 1) {
    expect(await look()).toBe(false);
    asked.at(-1)?.reject(new Error('not now'));
    await arrival();
  }
  expect(errors).toHaveLength(2 * HANGS_AFTER_LOOKS);
  expect(usage.cpu).toBe(0);
});

it('how busy it is, is from its answers', async () => {
  const { look, asked, usage } = createWorker();
  for (const cpuMs of [0, 500]) {
    await look();
    asked.at(-1)?.resolve(cpuMs);
    await arrival();
  }
  expect(usage.cpu).toBe(0.5);
});
