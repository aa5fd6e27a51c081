// The storm of hostile.test.ts from many seeds.
import type { MediaServer } from '@sotto/sfu-worker';
import { afterAll, beforeAll, it } from 'vitest';
import { NO_LIMITS, startMedia } from '../support/harness.ts';
import { chooseSeed } from '../support/seeded.ts';
import { runStorm } from '../support/storm.ts';

const SEEDS = 20;
const MESSAGES = 20_000;

let media: MediaServer;
beforeAll(async () => {
  media = await startMedia();
});
afterAll(() => media.close());

const first = chooseSeed();
it.each(Array.from({ length: SEEDS }, (_, index) => first + index))(
  `L1 ${MESSAGES} hostile messages, seed %i`,
  async (seed) => {
    await runStorm({ media, limits: NO_LIMITS, messages: MESSAGES, seed });
  },
);
