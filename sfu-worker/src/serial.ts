// Two ways to order asynchronous work on one object: all of it in turn, or only the latest of it.

/** Runs tasks one after another, in the order of the calls; one that fails stops no other. */
export const createSerial = (): (<T>(task: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
};

/**
 * Applies values one at a time; of those that come while one is being applied, only the last. The
 * promise of a value that was passed over settles with that of the one applied in its place.
 */
export const createLatest = <T>(
  apply: (value: T) => Promise<void>,
): ((value: T) => Promise<void>) => {
  let last: Promise<void> = Promise.resolve();
  let waiting: { value: T; readonly applied: Promise<void> } | undefined;
  const applyWaiting = (): Promise<void> => {
    const next = waiting;
    waiting = undefined;
    return next === undefined ? Promise.resolve() : apply(next.value);
  };
  return (value) => {
    if (waiting === undefined) {
      waiting = { value, applied: last.then(applyWaiting) };
      last = waiting.applied.catch(() => undefined);
    } else {
      waiting.value = value;
    }
    return waiting.applied;
  };
};
