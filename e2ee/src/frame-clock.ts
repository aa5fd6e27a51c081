// Time as frames and groups need it, handed in so that no test waits for it.
export interface FrameClock {
  /** Milliseconds; only differences count. */
  now(): number;
  /** Runs `task` once, when `now` has gone on by `ms` and no sooner; the answer cancels it. */
  after(ms: number, task: () => void): () => void;
}

export const systemFrameClock: FrameClock = {
  now: () => performance.now(),
  after: (ms, task) => {
    const due = performance.now() + ms;
    // Timers cut off fractions of a millisecond, and so come early.
    const wait = () => setTimeout(run, Math.ceil(Math.max(0, due - performance.now())));
    const run = (): void => {
      if (performance.now() < due) timer = wait();
      else task();
    };
    let timer = wait();
    return () => clearTimeout(timer);
  },
};
