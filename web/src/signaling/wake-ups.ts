// When a lost connection may be there again: the network came back, or somebody looks at the page
// (a sleeping phone runs no timers).
import type { Cancel } from './clock.ts';

export const watchWakeUps = (onWakeUp: () => void): Cancel => {
  const ended = new AbortController();
  const on = { signal: ended.signal };
  window.addEventListener('online', onWakeUp, on);
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') onWakeUp();
    },
    on,
  );
  return () => ended.abort();
};
