// Randomness that can be had again: the seed is printed by whoever asks for one.
export interface Seeded {
  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number;
  pick<T>(items: readonly T[]): T;
  chance(share: number): boolean;
}

/** From the environment variable SEED, else a new one. */
export const chooseSeed = (): number =>
  Number.parseInt(process.env['SEED'] ?? '', 10) || Math.floor(Math.random() * 2 ** 31);

/** SplitMix32: good enough to vary tests, and the same everywhere. */
export const seeded = (seed: number): Seeded => {
  let state = Math.trunc(seed) >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    chance: (share) => next() < share,
    pick: (items) => {
      const item = items[int(items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
};
