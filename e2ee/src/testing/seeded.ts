// Randomness from a seed, for tests that run many ways and must be run again the same way.
export type Seeded = {
  /** 0 ≤ n < below */
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
  shuffle<T>(from: readonly T[]): T[];
};

/** mulberry32. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  const pick = <T>(from: readonly T[]): T => {
    const found = from[int(from.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  };
  const shuffle = <T>(from: readonly T[]): T[] => {
    const rest = [...from];
    return from.map(() => {
      const [taken] = rest.splice(int(rest.length), 1);
      if (taken === undefined) throw new Error('nothing left');
      return taken;
    });
  };
  return { int, pick, shuffle };
}
