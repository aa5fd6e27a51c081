// The workers of this node, one for each configured number, and how loaded they are.
import type { ListenOptions } from './listen-addresses.ts';
import { SAMPLE_INTERVAL_MS } from './load.ts';
import { badParameters, unavailable } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import type { WorkerLoad } from './protocol.ts';
import { WorkerSlot, type RunningWorker } from './worker-slot.ts';
import { Turnover } from './worker-turnover.ts';

/** How often it is looked whether workers that drain have become empty. */
const DRAINING_LOOK_MS = 200;

export interface WorkerPoolOptions {
  readonly workers: number;
  /** Worker n listens on this port + n; 0: each on any free one. */
  readonly rtcPortBase: number;
  readonly announcedAddress?: string | undefined;
  readonly workerBin?: string | undefined;
  /** Workers that are older are replaced; undefined: none is. */
  readonly workerMaxAgeMs?: number | undefined;
  /** A worker that does not run by then is killed, and another one started. */
  readonly startTimeoutMs?: number | undefined;
  /** How often workers are asked whether they answer, and looked at for their age. */
  readonly sampleIntervalMs?: number | undefined;
}

export interface WorkerPoolDeps {
  readonly log: MediaLog;
  /** A worker's process has ended by itself, or had to be killed; another is on its way. */
  readonly onDied: (index: number) => void;
  /** Some worker has begun to drain. */
  readonly onDraining: () => void;
  /** How many rooms are on each worker; of those that have none, nothing. */
  readonly countRooms: () => ReadonlyMap<number, number>;
}

export interface WorkerPool {
  /** Throws `unavailable` while it is being replaced, `bad-parameters` for a number not here. */
  running(index: number): RunningWorker;
  /** Throws `unavailable` for a worker that drains. */
  refuseNewRoom(index: number): void;
  load(): readonly Omit<WorkerLoad, 'rooms' | 'parts'>[];
  /** No new rooms go there. Throws `bad-parameters` for a number not here. */
  drain(index: number): void;
  /** As when the whole node is to end. Answers whether that has begun now. */
  drainAll(): boolean;
  /** Of those that run now. */
  pids(): readonly number[];
  close(): Promise<void>;
}

/** Rejects with `unavailable` unless every worker runs. */
export const createWorkerPool = async (
  options: WorkerPoolOptions,
  { log, onDied, onDraining, countRooms }: WorkerPoolDeps,
): Promise<WorkerPool> => {
  const slots = Array.from(
    { length: options.workers },
    (_, index) =>
      new WorkerSlot({
        index,
        listen: listenOptions(options, index),
        workerBin: options.workerBin,
        startTimeoutMs: options.startTimeoutMs,
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
  const turnover = new Turnover({
    slots,
    countRooms,
    maxAgeMs: options.workerMaxAgeMs,
    onDraining,
  });
  const sampling = setInterval(() => {
    for (const slot of slots) slot.look();
    turnover.lookAtAges();
  }, options.sampleIntervalMs ?? SAMPLE_INTERVAL_MS);
  const draining = setInterval(() => turnover.lookAtDraining(), DRAINING_LOOK_MS);
  for (const timer of [sampling, draining]) timer.unref();
  return {
    running: (index) => {
      const slot = slots[index];
      if (slot === undefined) throw badParameters(`there is no worker ${index}`);
      if (slot.running === undefined) throw unavailable(`worker ${index} is being replaced`);
      return slot.running;
    },
    refuseNewRoom: (index) => {
      if (turnover.isDraining(index)) throw unavailable(`worker ${index} takes no new rooms`);
    },
    load: () =>
      slots.map((slot, worker) => ({
        worker,
        cpu: slot.cpu,
        alive: slot.isRunning,
        draining: turnover.isDraining(worker),
      })),
    drain: (index) => turnover.drain(index),
    drainAll: () => turnover.drainAll(),
    pids: () => slots.flatMap(({ running }) => (running === undefined ? [] : [running.worker.pid])),
    close: async () => {
      clearInterval(sampling);
      clearInterval(draining);
      await closeAll();
    },
  };
};

const listenOptions = (
  { rtcPortBase, announcedAddress }: WorkerPoolOptions,
  index: number,
): ListenOptions => ({ announcedAddress, port: rtcPortBase === 0 ? 0 : rtcPortBase + index });
