// Who wants to be told that something has happened.
export interface Listeners {
  tell(): void;
  /** The answer ends it. Two may listen with the same function, and stop each for itself. */
  add(listener: () => void): () => void;
  clear(): void;
}

export const createListeners = (): Listeners => {
  const all = new Set<{ readonly tell: () => void }>();
  return {
    tell: () => {
      for (const { tell } of all) tell();
    },
    add: (listener) => {
      const mine = { tell: listener };
      all.add(mine);
      return () => void all.delete(mine);
    },
    clear: () => all.clear(),
  };
};
