// One worker process and its WebRtcServer, made again on the same port whenever the process dies, hangs or is
// to be replaced by a fresh one.
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
import { isGone, messageOf, unavailable } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import { endWorker, killWorker, spawnWorker } from './worker-process.ts';
import type { TurnoverSlot } from './worker-turnover.ts';
import { WorkerUsage } from './worker-usage.ts';

/** First and longest wait before a worker that cannot start is tried again. */
const RESPAWN_MIN_MS = 50;
const RESPAWN_MAX_MS = 5000;

/** Shorter: a machine that is short of time never gets a worker. Longer: one that hangs is waited for. */
const START_TIMEOUT_MS = 30_000;

export interface RunningWorker {
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
  readonly candidatesOf: (transport: types.WebRtcTransport) => types.IceCandidate[];
}

export interface WorkerSlotDeps {
  readonly index: number;
  readonly listen: ListenOptions;
  readonly workerBin?: string | undefined;
  readonly startTimeoutMs?: number | undefined;
  readonly log: MediaLog;
  readonly onDied: (index: number) => void;
}

/** One process, from its start to its end. */
interface Life {
  readonly running: RunningWorker;
  readonly usage: WorkerUsage;
  readonly sinceMs: number;
}

export class WorkerSlot implements TurnoverSlot {
  readonly #deps: WorkerSlotDeps;
  readonly #closing = new AbortController();
  #life: Life | undefined;
  #isDraining = false;
  #respawn: Promise<void> = Promise.resolve();

  constructor(deps: WorkerSlotDeps) {
    this.#deps = deps;
  }

  /** Rejects with `unavailable`, saying why, when the worker cannot run or listen. */
  async start(): Promise<void> {
    const { index, log } = this.#deps;
    const running = await this.#spawn();
    const { worker } = running;
    if (this.#closing.signal.aborted) {
      await endWorker(worker);
      throw unavailable('the media node is closing');
    }
    const usage = new WorkerUsage({
      ask: async () => {
        const { ru_utime: userMs, ru_stime: systemMs } = await worker.getResourceUsage();
        return userMs + systemMs;
      },
      onError: (error) => {
        if (!isGone(error)) log.warn({ error: messageOf(error) }, 'no worker usage');
      },
    });
    const life = { running, usage, sinceMs: performance.now() };
    this.#life = life;
    this.#isDraining = false;
    worker.once('died', () => {
      log.error({ worker: index, pid: worker.pid }, 'media worker died');
      this.#lose(life, Promise.resolve());
    });
    log.info({ worker: index, pid: worker.pid }, 'media worker runs');
  }

  /** Undefined while it is being replaced. */
  get running(): RunningWorker | undefined {
    return this.#life?.running;
  }

  get isRunning(): boolean {
    return this.#life !== undefined;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get cpu(): number {
    return this.#life?.usage.cpu ?? 0;
  }

  ageMs(): number {
    return this.#life === undefined ? 0 : performance.now() - this.#life.sinceMs;
  }

  /** Every SAMPLE_INTERVAL_MS. A worker that hangs goes the way of one that died. */
  look(): void {
    const life = this.#life;
    if (life === undefined || !life.usage.look(performance.now())) return;
    const { worker } = life.running;
    this.#deps.log.error({ worker: this.#deps.index, pid: worker.pid }, 'media worker hangs');
    this.#lose(life, killWorker(worker));
  }

  drain(): boolean {
    if (this.#life === undefined || this.#isDraining) return false;
    this.#isDraining = true;
    return true;
  }

  replace(): void {
    const life = this.#life;
    if (life === undefined) return;
    const { worker } = life.running;
    this.#life = undefined;
    this.#deps.log.info({ worker: this.#deps.index, pid: worker.pid }, 'media worker is replaced');
    this.#respawn = this.#startAgain(endWorker(worker));
  }

  /** Resolves when the process has ended and its ports are free. */
  async close(): Promise<void> {
    this.#closing.abort();
    const worker = this.#life?.running.worker;
    this.#life = undefined;
    await Promise.all([this.#respawn, worker === undefined ? undefined : endWorker(worker)]);
  }

  /** Once for each life, and never for one that was ended in order. */
  #lose(life: Life, ended: Promise<void>): void {
    if (this.#life !== life) return;
    this.#life = undefined;
    this.#isDraining = false;
    this.#respawn = this.#startAgain(ended);
    this.#deps.onDied(this.#deps.index);
  }

  async #spawn(): Promise<RunningWorker> {
    const { index, listen, workerBin, startTimeoutMs = START_TIMEOUT_MS } = this.#deps;
    const givenUp = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(startTimeoutMs)]);
    const worker = await spawnWorker(workerBin, givenUp).catch((error: unknown) => {
      throw unavailable(`Media worker ${index} did not start: ${messageOf(error)}`);
    });
    const kill = (): void => void killWorker(worker);
    givenUp.addEventListener('abort', kill);
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
    } finally {
      givenUp.removeEventListener('abort', kill);
    }
  }

  async #startAgain(ended: Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    await ended;
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
