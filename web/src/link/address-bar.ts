// Takes the secret of a meeting link out of the address bar, where it could be seen, bookmarked,
// synchronised or copied into a report. arrival.ts starts it; nothing here may depend on anything.

/** What stood behind `#`, whatever it was, and the path that it stood behind. */
export interface Arrival {
  readonly pathname: string;
  readonly fragment: string;
}

/** The part of a window that is needed. */
export interface Address {
  readonly location: Pick<Location, 'pathname' | 'search' | 'hash'>;
  readonly history: Pick<History, 'state' | 'replaceState'>;
  addEventListener(type: 'hashchange', listener: () => void): void;
}

const takeFragment = ({ location, history }: Address): Arrival | null => {
  const { pathname, search, hash } = location;
  if (hash === '') return null;
  history.replaceState(history.state, '', pathname + search);
  return { pathname, fragment: hash.slice(1) };
};

export interface Arrivals {
  /** Hands over what has arrived so far, and whatever arrives from then on. One listener. */
  hear(listener: (arrival: Arrival) => void): void;
}

/** Takes what is there now, and what is pasted or followed while the page stands. */
export const watchAddressBar = (address: Address): Arrivals => {
  let waiting: readonly Arrival[] = [];
  let tell = (arrival: Arrival): void => {
    waiting = [...waiting, arrival];
  };
  const take = (): void => {
    const arrival = takeFragment(address);
    if (arrival) tell(arrival);
  };
  take();
  address.addEventListener('hashchange', take);
  return {
    hear: (listener) => {
      tell = listener;
      for (const arrival of waiting) listener(arrival);
      waiting = [];
    },
  };
};
