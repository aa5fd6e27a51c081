// Browsers let a page make sound only after somebody touched it.

/** Runs once, at the next click, tap or key; the answer cancels it. */
export const onNextGesture = (run: () => void): (() => void) => {
  const ended = new AbortController();
  const act = (): void => {
    ended.abort();
    run();
  };
  for (const type of ['pointerup', 'keydown'] as const) {
    document.addEventListener(type, act, { signal: ended.signal, capture: true });
  }
  return () => ended.abort();
};
