// Time as frames need it, handed in so that no test waits for it.
export interface FrameClock {
  /** Milliseconds; only differences count. */
  now(): number;
  /** Runs `task` once after `ms`; the answer cancels it. */
  after(ms: number, task: () => void): () => void;
}

export const systemFrameClock: FrameClock = {
  now: () => performance.now(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};
