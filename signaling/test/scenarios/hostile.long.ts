// The storm of hostile.test.ts from many seeds.
import { it } from 'vitest';
import { describeScenarios, NO_LIMITS } from '../support/harness.ts';
import { chooseSeed } from '../support/seeded.ts';
import { runStorm } from '../support/storm.ts';

const SEEDS = 20;
const MESSAGES = 20_000;

const first = chooseSeed();
describeScenarios(
  'storms',
  (getScene) => {
    it.each(Array.from({ length: SEEDS }, (_, index) => first + index))(
      `L1 ${MESSAGES} hostile messages, seed %i`,
      async (seed) => {
        await runStorm(getScene(), { messages: MESSAGES, seed });
      },
    );
  },
  { limits: NO_LIMITS },
);
