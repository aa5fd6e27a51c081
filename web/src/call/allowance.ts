// For what may go wrong and be mended now and then, and not again and again.

/** Counts one more at `nowMs`, a clock that never goes back; false when that is one too many. */
export const createAllowance = (times: number, withinMs: number) => {
  let taken: readonly number[] = [];
  return (nowMs: number): boolean => {
    taken = [...taken.filter((at) => at > nowMs - withinMs), nowMs];
    return taken.length <= times;
  };
};
