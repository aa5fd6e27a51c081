// The workers of this node, one for each configured number, and how loaded they are.
import type { ListenOptions } from './listen-addresses.ts';
import { SAMPLE_INTERVAL_MS } from './load.ts';
import { badParameters, unavailable } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import type { WorkerLoad } from './protocol.ts';
import { WorkerSlot, type RunningWorker } from './worker-slot.ts';

export interface WorkerPoolOptions {
  readonly workers: number;
  /** Worker n listens on this port + n; 0: each on any free one. */
  readonly rtcPortBase: number;
  readonly announcedAddress?: string | undefined;
  readonly workerBin?: string | undefined;
}

export interface WorkerPoolDeps {
  readonly log: MediaLog;
  /** A worker's process has ended by itself; another is on its way. */
  readonly onDied: (index: number) => void;
}

export interface WorkerPool {
  /** Throws `unavailable` while it is being replaced, `bad-parameters` for a number not here. */
  running(index: number): RunningWorker;
  load(): readonly Omit<WorkerLoad, 'rooms'>[];
  /** One of them, or all; no new rooms go there. Throws `bad-parameters` for a number not here. */
  drain(index?: number): void;
  /** Of those that run now. */
  pids(): readonly number[];
  close(): Promise<void>;
}

/** Rejects with `unavailable` unless every worker runs. */
export const createWorkerPool = async (
  options: WorkerPoolOptions,
  { log, onDied }: WorkerPoolDeps,
): Promise<WorkerPool> => {
  const slots = Array.from(
    { length: options.workers },
    (_, index) =>
      new WorkerSlot({
        index,
        listen: listenOptions(options, index),
        workerBin: options.workerBin,
        log,
        onDied,
      }),
  );
  const closeAll = async () => {
    await Promise.all(slots.map((slot) => slot.close()));
  };
  const started = await Promise.allSettled(slots.map((slot) => slot.start()));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await closeAll();
    throw failed.reason;
  }
  const sampleAll = async () => {
    await Promise.all(slots.map((slot) => slot.sample(performance.now())));
  };
  const sampling = setInterval(() => {
    sampleAll().catch((error: unknown) => log.error({ error }, 'sampling failed'));
  }, SAMPLE_INTERVAL_MS);
  sampling.unref();
  const draining = new Set<number>();
  const find = (index: number): WorkerSlot => {
    const slot = slots[index];
    if (slot === undefined) throw badParameters(`there is no worker ${index}`);
    return slot;
  };
  return {
    running: (index) => {
      const slot = find(index);
      if (slot.running === undefined) throw unavailable(`worker ${index} is being replaced`);
      return slot.running;
    },
    load: () =>
      slots.map((slot, worker) => ({
        worker,
        cpu: slot.cpu,
        alive: slot.running !== undefined,
        draining: draining.has(worker),
      })),
    drain: (index) => {
      if (index !== undefined) find(index);
      for (const worker of index === undefined ? slots.keys() : [index]) draining.add(worker);
    },
    pids: () => slots.flatMap(({ running }) => (running === undefined ? [] : [running.worker.pid])),
    close: async () => {
      clearInterval(sampling);
      await closeAll();
    },
  };
};

const listenOptions = (
  { rtcPortBase, announcedAddress }: WorkerPoolOptions,
  index: number,
): ListenOptions => ({ announcedAddress, port: rtcPortBase === 0 ? 0 : rtcPortBase + index });
