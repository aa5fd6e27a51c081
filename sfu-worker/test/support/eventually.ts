import { expect } from 'vitest';

/** Waits for the thing, however long a busy machine takes for it; with an end, so that a test can fail. */
export const eventually = <T>(look: () => T) =>
  expect.poll(look, { timeout: 60_000, interval: 20 });
