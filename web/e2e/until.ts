// Waits for the thing itself: asks again until the answer is yes.
import { setTimeout as pause } from 'node:timers/promises';

/** Slower machines than two shared cores are not planned for. */
const PATIENCE_MS = 60_000;
const BETWEEN_MS = 100;

/** Throws with `what` and the last answer when it never came true. */
export const until = async <T>(
  what: string,
  ask: () => Promise<T>,
  isEnough: (answer: T) => boolean,
): Promise<T> => {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isEnough(answer)) return answer;
    if (Date.now() > giveUpAt) {
      throw new Error(`waited in vain: ${what}; at last it was ${JSON.stringify(answer)}`);
    }
    await pause(BETWEEN_MS);
  }
};
