// When a lost connection may be there again: the network came back, or somebody looks at the page
// (a sleeping phone runs no timers).
import type { Cancel } from './clock.ts';

export type Watch = (onChange: () => void) => Cancel;

/** `watchNetwork`: when the network is back, or another one. */
export const wakeUps =
  (watchNetwork: Watch): Watch =>
  (onWakeUp) => {
    const ended = new AbortController();
    const stop = watchNetwork(onWakeUp);
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.visibilityState === 'visible') onWakeUp();
      },
      { signal: ended.signal },
    );
    return () => {
      ended.abort();
      stop();
    };
  };
