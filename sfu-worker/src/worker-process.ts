// The process of a media worker: how it begins, and how it ends.
import { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';

/** A worker that was asked to end and has not by then is killed. */
const END_TIMEOUT_MS = 2000;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Where Node tells of each process that it spawns. */
const SPAWNED = 'child_process';

/**
 * mediasoup closes its workers at once on SIGINT and SIGTERM; when to close is for the process to
 * say, which may want to drain. Its listeners are added before `createWorker` first awaits.
 * What signals the whole process group, as Ctrl-C in a terminal does, ends the workers all the same,
 * unless `workerBin` is a script that does `exec setsid mediasoup-worker "$@"`.
 * `givenUp` kills a process that does not run yet, of which mediasoup would wait for a word for ever.
 */
export const spawnWorker = async (
  workerBin: string | undefined,
  givenUp?: AbortSignal,
): Promise<types.Worker> => {
  const before = SIGNALS.map((signal) => ({ signal, listeners: process.listeners(signal) }));
  const { made: created, children } = spawnedBy(() =>
    createWorker(workerBin === undefined ? {} : { workerBin }),
  );
  for (const { signal, listeners } of before) {
    for (const listener of process.listeners(signal)) {
      if (!listeners.includes(listener)) process.removeListener(signal, listener);
    }
  }
  const killAll = (): void => children.forEach((child) => void child.kill('SIGKILL'));
  givenUp?.addEventListener('abort', killAll);
  try {
    return await created;
  } finally {
    givenUp?.removeEventListener('abort', killAll);
  }
};

/** The processes that begin before it first awaits. */
const spawnedBy = <T>(make: () => T): { readonly made: T; readonly children: ChildProcess[] } => {
  const children: ChildProcess[] = [];
  const onSpawned = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('process' in message)) return;
    if (message.process instanceof ChildProcess) children.push(message.process);
  };
  subscribe(SPAWNED, onSpawned);
  try {
    return { made: make(), children };
  } finally {
    unsubscribe(SPAWNED, onSpawned);
  }
};

/** Closes the worker and waits for the process to end, which frees its ports. */
export const endWorker = async (worker: types.Worker): Promise<void> => {
  worker.close();
  if (!(await hasEnded(worker))) kill(worker.pid);
};

/** For one that answers nothing, not even a request to end; mediasoup finds that it died. */
export const killWorker = async (worker: types.Worker): Promise<void> => {
  kill(worker.pid);
  await hasEnded(worker);
};

/** Whether the process has ended before it was waited for long enough. */
const hasEnded = (worker: types.Worker): Promise<boolean> =>
  new Promise((resolve) => {
    if (worker.subprocessClosed) {
      resolve(true);
      return;
    }
    const timer = setTimeout(() => resolve(false), END_TIMEOUT_MS);
    worker.once('subprocessclose', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended at this very moment.
  }
};
