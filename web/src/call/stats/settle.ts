// Keeps what is shown from flickering: it changes only when several readings in a row are worse than
// what is shown, or better.

export interface Settled<T> {
  readonly shown: T;
  readonly worse: number;
  readonly better: number;
}

export interface Patience {
  /** Readings in a row until something worse is shown. */
  readonly worseAfter: number;
  readonly betterAfter: number;
}

export const settledOn = <T>(shown: T): Settled<T> => ({ shown, worse: 0, better: 0 });

/** `rank`: the higher, the worse. */
export const settle = <T>(
  { shown, worse, better }: Settled<T>,
  seen: T,
  rank: (value: T) => number,
  { worseAfter, betterAfter }: Patience,
): Settled<T> => {
  const difference = rank(seen) - rank(shown);
  if (difference === 0) return settledOn(shown);
  if (difference > 0) {
    return worse + 1 >= worseAfter ? settledOn(seen) : { shown, worse: worse + 1, better: 0 };
  }
  return better + 1 >= betterAfter ? settledOn(seen) : { shown, worse: 0, better: better + 1 };
};
