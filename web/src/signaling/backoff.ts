// How long to wait before the next attempt to connect. Jitter keeps the clients of a server that
// restarts from coming back in step.

/** Shorter: a restarting server is hammered. Longer: people wait for nothing. */
const FIRST_MS = 250;
/** Who was away for 40 s is back before the server takes them for gone, after 45 s (PROTOCOL J5). */
export const MOST_BACKOFF_MS = 3_000;

/** `attempt` counts from 0; `random` gives [0, 1). Between half of the ceiling and all of it. */
export const backoffMs = (attempt: number, random: () => number): number => {
  const ceiling = Math.min(MOST_BACKOFF_MS, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random();
};
