// How long to wait before the next attempt: longer each time, and never the same for all who lost one
// thing at one moment.

/** First and longest wait. Shorter: more attempts while a node is away. */
const MIN_MS = 100;
const MAX_MS = 3_000;

/** `attempt` counts from 0; `random` gives 0 to 1. Between half of the wait and all of it. */
export const backoffMs = (attempt: number, random: () => number): number => {
  const longest = Math.min(MAX_MS, MIN_MS * 2 ** Math.min(attempt, 16));
  return longest * (0.5 + random() / 2);
};
