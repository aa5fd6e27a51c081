// Workers do not get old: which one is to be replaced now for its age, one at a time (PROTOCOL M18).

export interface AgedWorker {
  readonly worker: number;
  readonly ageMs: number;
  /** No room is on it. */
  readonly isEmpty: boolean;
  /** It runs and is not draining. */
  readonly takesRooms: boolean;
}

/**
 * The oldest that is too old, an empty one first. Undefined when there is none, while another one is on its
 * way out or not back yet, or when its rooms could go to no other worker here.
 */
export const chooseAged = (
  workers: readonly AgedWorker[],
  maxAgeMs: number,
): number | undefined => {
  if (!workers.every(({ takesRooms }) => takesRooms)) return undefined;
  const aged = workers
    .filter(({ ageMs }) => ageMs > maxAgeMs)
    .toSorted((one, other) => other.ageMs - one.ageMs);
  const empty = aged.find(({ isEmpty }) => isEmpty);
  const any = workers.length > 1 ? aged[0] : undefined;
  return (empty ?? any)?.worker;
};
