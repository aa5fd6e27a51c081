// When the way out may be another one than before, as far as the browser tells: connections then look
// for a new path at once, and do not wait until the old one is found dead.
import type { Cancel } from '../../signaling/clock.ts';

export type WatchNetwork = (onChange: () => void) => Cancel;

/** NetworkInformation (WICG Network Information API), which only Chromium has. */
interface Connection extends EventTarget {
  /** `wifi`, `cellular`, …; only on phones and Chromebooks. */
  readonly type: unknown;
}

const isConnection = (value: unknown): value is Connection => value instanceof EventTarget;

/** Undefined where the browser has none. */
const connectionOf = (navigator: Navigator): Connection | undefined => {
  const connection: unknown = Reflect.get(navigator, 'connection');
  return isConnection(connection) ? connection : undefined;
};

export const watchNetwork: WatchNetwork = (onChange) => {
  const ended = new AbortController();
  const on = { signal: ended.signal };
  window.addEventListener('online', onChange, on);
  const connection = connectionOf(navigator);
  if (connection !== undefined) {
    let { type } = connection;
    // It also tells of each new estimate of the bandwidth.
    connection.addEventListener(
      'change',
      () => {
        if (connection.type === type) return;
        type = connection.type;
        onChange();
      },
      on,
    );
  }
  return () => ended.abort();
};
