// Time as a dependency, so that no test waits for it.
export type Cancel = () => void;

export interface Clock {
  /** Runs `task` once after `ms`; the answer cancels it, and may be called at any time. */
  after(ms: number, task: () => void): Cancel;
}

export const browserClock: Clock = {
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};
