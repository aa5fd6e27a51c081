// What processes have computed, from Linux: exact where getrusage counts ticks.
import { readdir, readFile } from 'node:fs/promises';

export interface CpuTime {
  readonly runNs: number;
  /** Ready to run while others ran. */
  readonly waitNs: number;
}

const ofThread = async (pid: number, thread: string): Promise<CpuTime> => {
  const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8');
  const [runNs = 0, waitNs = 0] = text.split(' ').map(Number);
  return { runNs, waitNs };
};

const NOTHING: CpuTime = { runNs: 0, waitNs: 0 };

const plus = (one: CpuTime, other: CpuTime): CpuTime => ({
  runNs: one.runNs + other.runNs,
  waitNs: one.waitNs + other.waitNs,
});

/** Of all threads of all these processes so far. A thread that ended takes its share with it. */
export const cpuOf = async (pids: readonly number[]): Promise<CpuTime> => {
  const all = await Promise.all(
    pids.map(async (pid) => {
      const threads = await readdir(`/proc/${pid}/task`);
      return Promise.all(threads.map((thread) => ofThread(pid, thread)));
    }),
  );
  return all.flat().reduce(plus, NOTHING);
};

export const since = (before: CpuTime, after: CpuTime): CpuTime => ({
  runNs: after.runNs - before.runNs,
  waitNs: after.waitNs - before.waitNs,
});
