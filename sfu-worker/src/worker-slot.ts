// One worker process and its WebRtcServer, made again on the same port whenever the process dies.
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { types } from 'mediasoup';
import {
  canListen,
  localAddresses,
  planListening,
  withInternalCandidates,
  type ListenOptions,
} from './listen-addresses.ts';
import { addSample, cpuShare, type CpuSample } from './load.ts';
import { isGone, messageOf, unavailable } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import { endWorker, spawnWorker } from './worker-process.ts';

/** First and longest wait before a worker that cannot start is tried again. */
const RESPAWN_MIN_MS = 50;
const RESPAWN_MAX_MS = 5000;

export interface RunningWorker {
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  readonly candidatesOf: (transport: types.WebRtcTransport) => types.IceCandidate[];
}

export interface WorkerSlotDeps {
  readonly index: number;
  readonly listen: ListenOptions;
  readonly workerBin?: string | undefined;
  readonly log: MediaLog;
  readonly onDied: (index: number) => void;
}

export class WorkerSlot {
  readonly #deps: WorkerSlotDeps;
  readonly #closing = new AbortController();
  #running: RunningWorker | undefined;
  #respawn: Promise<void> = Promise.resolve();
  #samples: readonly CpuSample[] = [];

  constructor(deps: WorkerSlotDeps) {
    this.#deps = deps;
  }

  /** Rejects with `unavailable`, saying why, when the worker cannot run or listen. */
  async start(): Promise<void> {
    const { index, log } = this.#deps;
    const running = await this.#spawn();
    if (this.#closing.signal.aborted) {
      await endWorker(running.worker);
      throw unavailable('the media node is closing');
    }
    this.#running = running;
    running.worker.once('died', () => {
      log.error({ worker: index, pid: running.worker.pid }, 'media worker died');
      this.#running = undefined;
      this.#samples = [];
      this.#deps.onDied(index);
      if (!this.#closing.signal.aborted) this.#respawn = this.#startAgain();
    });
    log.info({ worker: index, pid: running.worker.pid }, 'media worker runs');
  }

  /** Undefined while a dead worker is being replaced. */
  get running(): RunningWorker | undefined {
    return this.#running;
  }

  get cpu(): number {
    return cpuShare(this.#samples);
  }

  async sample(nowMs: number): Promise<void> {
    const worker = this.#running?.worker;
    if (worker === undefined) return;
    try {
      const { ru_utime: userMs, ru_stime: systemMs } = await worker.getResourceUsage();
      if (worker !== this.#running?.worker) return;
      this.#samples = addSample(this.#samples, { atMs: nowMs, cpuMs: userMs + systemMs });
    } catch (error) {
      if (!isGone(error)) this.#deps.log.warn({ error: messageOf(error) }, 'no worker usage');
    }
  }

  /** Resolves when the process has ended and its ports are free. */
  async close(): Promise<void> {
    this.#closing.abort();
    const worker = this.#running?.worker;
    this.#running = undefined;
    await Promise.all([this.#respawn, worker === undefined ? undefined : endWorker(worker)]);
  }

  async #spawn(): Promise<RunningWorker> {
    const { index, listen, workerBin } = this.#deps;
    const worker = await spawnWorker(workerBin).catch((error: unknown) => {
      throw unavailable(`Media worker ${index} did not start: ${messageOf(error)}`);
    });
    try {
      const { listenInfos, internalAddresses } = planListening(listen, await usableAddresses());
      const webRtcServer = await worker.createWebRtcServer({ listenInfos });
      return {
        worker,
        webRtcServer,
        candidatesOf: ({ iceCandidates }) =>
          withInternalCandidates(iceCandidates, internalAddresses),
      };
    } catch (error) {
      await endWorker(worker);
      throw unavailable(cannotListen(index, listen.port, messageOf(error)));
    }
  }

  async #startAgain(): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs = RESPAWN_MIN_MS; !signal.aborted;) {
      try {
        await this.start();
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#deps.log.error({ worker: this.#deps.index, error: messageOf(error) }, 'retrying');
        await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
        waitMs = Math.min(RESPAWN_MAX_MS, waitMs * 2);
      }
    }
  }
}

const cannotListen = (index: number, port: number, why: string): string =>
  `Media worker ${index} cannot listen on ${port === 0 ? 'any port' : `UDP and TCP port ${port}`}` +
  ` (${why}). Is the port taken, perhaps by another Sotto? RTC_PORT_BASE sets the first port.`;

const usableAddresses = async (): Promise<readonly string[]> => {
  const addresses = localAddresses(networkInterfaces());
  const usable = await Promise.all(addresses.map(canListen));
  return addresses.filter((_, index) => usable[index]);
};
