// Puts the frame worker between the page's streams and the network: every sender and receiver gets
// its transform when it is made, and none without. Watches that nothing leaves past it, and sets up
// another worker when one is lost.
import {
  frameCodecOf,
  type FrameClock,
  type FrameState,
  FrameWorkerClient,
  type FrameWorkerHandle,
  type PipelineId,
  type PipelineReport,
  type RtpEndpoint,
  WATCH_START,
  watchSender,
  type WatchState,
} from '@sotto/e2ee/page';
import type { PeerId, ProducerId, StreamSource } from '@sotto/signaling/protocol';
import { createAllowance } from '../allowance.ts';
import { payloadBytesSent } from './sent-bytes.ts';

/** How often the senders are looked at. Longer: a leak runs longer before it is stopped. */
const WATCH_INTERVAL_MS = 2_000;
/** A source that was stopped so often is not sent again. */
const LEAKS_ALLOWED = 2;
/** Frame workers lost within this time before it is given up. */
const LOSSES_ALLOWED = 3;
const LOSSES_WITHIN_MS = 60_000;

export interface GuardWorker extends FrameWorkerHandle {
  terminate(): void;
}

/** What an RTCRtpSender has of this. */
export interface SenderEndpoint extends RtpEndpoint {
  getStats(): Promise<Iterable<readonly [unknown, unknown]>>;
}

export interface FrameGuardDeps {
  readonly clock: FrameClock;
  readonly makeWorker: () => GuardWorker;
  /** Brings the keys to the worker: at the start, and again to each that replaces a lost one. */
  readonly connectKeys: (port: MessagePort) => void;
  readonly onStates: () => void;
  /** Something came that did not open. */
  readonly onFailed: () => void;
  readonly onKeyFrameNeeded: (origin: StreamOrigin) => void;
  /** The sender was stopped: something left that nobody had sealed. */
  readonly onLeak: (source: StreamSource) => void;
  /** The worker has the source's sender. */
  readonly onSealing: (source: StreamSource) => void;
  /** All transforms ended with their worker: what they were on must be made anew. */
  readonly onLost: () => void;
  /** One worker after another was lost: there is no going on. */
  readonly onBroken: () => void;
}

interface Sending {
  readonly sender: SenderEndpoint;
  readonly source: StreamSource;
  readonly onLeak: () => void;
  watch: WatchState;
}

/** What is received: of whom, and by which way; `producerId` is null for peer to peer. */
export interface StreamOrigin {
  readonly peerId: PeerId;
  readonly source: StreamSource;
  readonly producerId: ProducerId | null;
}

interface Receiving {
  readonly origin: StreamOrigin;
  /** Null until a frame has come: nothing can be said of its key. */
  state: FrameState | null;
}

const isSameOrigin = (one: StreamOrigin, other: StreamOrigin): boolean =>
  one.peerId === other.peerId && one.source === other.source && one.producerId === other.producerId;

export interface GuardedReceiver {
  readonly detach: () => void;
}

export interface GuardedSender extends GuardedReceiver {
  /** The worker has it. Rejects with FrameError. */
  readonly ready: Promise<void>;
}

export class FrameGuard {
  readonly #deps: FrameGuardDeps;
  readonly #senders = new Map<PipelineId, Sending>();
  readonly #receivers = new Map<PipelineId, Receiving>();
  /** Producers of a codec that is not opened. */
  readonly #refused = new Set<ProducerId>();
  readonly #leaks = new Map<StreamSource, number>();
  readonly #allowLoss = createAllowance(LOSSES_ALLOWED, LOSSES_WITHIN_MS);
  #worker: GuardWorker | null = null;
  #client: FrameWorkerClient;
  #cancelWatch: () => void;
  #closed = false;

  constructor(deps: FrameGuardDeps) {
    this.#deps = deps;
    this.#client = this.#start();
    this.#cancelWatch = this.#watchLater();
  }

  /** False for a source that leaked again and again: something is wrong with this browser. */
  maySend(source: StreamSource): boolean {
    return (this.#leaks.get(source) ?? 0) < LEAKS_ALLOWED;
  }

  /** Throws FrameError where this codec or browser cannot be encrypted: then nothing may be sent. */
  attachSender(
    sender: SenderEndpoint,
    source: StreamSource,
    mimeType: string,
    onLeak: () => void,
  ): GuardedSender {
    const target = { stream: source, codec: frameCodecOf(mimeType) };
    const attached = this.#client.attachSender(sender, target);
    attached.ready.then(
      () => this.#deps.onSealing(source),
      // Whoever waits for it hears of it too; a worker that is lost is replaced.
      () => undefined,
    );
    this.#senders.set(attached.pipeline, { sender, source, onLeak, watch: WATCH_START });
    return {
      ready: attached.ready,
      detach: () => {
        if (this.#senders.delete(attached.pipeline)) attached.detach();
      },
    };
  }

  /** False for a codec that nobody here seals; its stream is `failed`. */
  canOpen(producerId: ProducerId, mimeType: string): boolean {
    try {
      frameCodecOf(mimeType);
      return true;
    } catch {
      this.#refused.add(producerId);
      this.#deps.onStates();
      return false;
    }
  }

  /** Throws FrameError as `attachSender`: then nothing may be played. */
  attachReceiver(receiver: RtpEndpoint, origin: StreamOrigin, mimeType: string): GuardedReceiver {
    const { peerId, source } = origin;
    const target = { stream: source, codec: frameCodecOf(mimeType), peerId };
    const attached = this.#client.attachReceiver(receiver, target);
    // A worker that does not answer is lost, and all is made anew.
    attached.ready.catch(() => undefined);
    this.#receivers.set(attached.pipeline, { origin, state: null });
    return {
      detach: () => {
        if (this.#receivers.delete(attached.pipeline)) attached.detach();
      },
    };
  }

  /** Null for what nothing has come of. */
  stateOf(origin: StreamOrigin): FrameState | null {
    for (const receiving of this.#receivers.values()) {
      if (isSameOrigin(receiving.origin, origin)) return receiving.state;
    }
    const { producerId } = origin;
    return producerId !== null && this.#refused.has(producerId) ? 'failed' : null;
  }

  /** Forgets all keys, for good. */
  close(): void {
    this.#closed = true;
    this.#cancelWatch();
    this.#client.wipe();
    this.#end();
  }

  #start(): FrameWorkerClient {
    const { clock, makeWorker, connectKeys } = this.#deps;
    const worker = makeWorker();
    const client = new FrameWorkerClient({
      worker,
      clock,
      onFrameState: (pipeline, state) => this.#onState(pipeline, state),
      onKeyFrameNeeded: (pipeline) => {
        const receiving = this.#receivers.get(pipeline);
        if (receiving !== undefined) this.#deps.onKeyFrameNeeded(receiving.origin);
      },
      onLost: () => this.#replace(),
    });
    const channel = new MessageChannel();
    client.connectKeys(channel.port1);
    connectKeys(channel.port2);
    this.#worker = worker;
    return client;
  }

  #replace(): void {
    if (this.#closed) return;
    this.#end();
    if (!this.#allowLoss(this.#deps.clock.now())) {
      this.#deps.onBroken();
      return;
    }
    this.#client = this.#start();
    this.#deps.onLost();
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#senders.clear();
    this.#receivers.clear();
  }

  #onState(pipeline: PipelineId, state: FrameState): void {
    const receiving = this.#receivers.get(pipeline);
    if (receiving === undefined) return;
    receiving.state = state;
    this.#deps.onStates();
    if (state === 'failed') this.#deps.onFailed();
  }

  #watchLater(): () => void {
    return this.#deps.clock.after(WATCH_INTERVAL_MS, () => {
      this.#cancelWatch = this.#watchLater();
      void this.#watch();
    });
  }

  /** Never rejects. */
  async #watch(): Promise<void> {
    const client = this.#client;
    const watched = [...this.#senders];
    const isSilent = [...this.#receivers.values()].some(({ state }) => state === null);
    if (watched.length === 0 && !isSilent) return;
    try {
      // What left first, what was sealed after: packets are never counted before their frames.
      const sent = await Promise.allSettled(
        watched.map(async ([pipeline, { sender }]) => ({
          pipeline,
          bytesSent: payloadBytesSent(await sender.getStats()),
        })),
      );
      const counts = new Map((await client.counts()).map((report) => [report.pipeline, report]));
      for (const sample of sent) {
        if (sample.status === 'rejected') continue;
        const { pipeline, bytesSent } = sample.value;
        this.#judge(pipeline, bytesSent, counts.get(pipeline)?.passed ?? 0);
      }
      this.#noticeLocked(counts);
    } catch {
      // The worker is gone: whoever hears of it has everything made anew.
    }
  }

  /** A pipeline tells how it fares when that changes, and not of frames for which it never had a key. */
  #noticeLocked(counts: ReadonlyMap<PipelineId, PipelineReport>): void {
    for (const [pipeline, { state }] of this.#receivers) {
      const locked = counts.get(pipeline)?.refused['unknown-epoch'] ?? 0;
      if (state === null && locked > 0) this.#onState(pipeline, 'waiting');
    }
  }

  #judge(pipeline: PipelineId, bytesSent: number, framesSealed: number): void {
    const sending = this.#senders.get(pipeline);
    if (sending === undefined) return;
    const { state, verdict } = watchSender(sending.watch, { bytesSent, framesSealed });
    sending.watch = state;
    if (verdict === 'ok') return;
    const { source } = sending;
    this.#leaks.set(source, (this.#leaks.get(source) ?? 0) + 1);
    sending.onLeak();
    this.#deps.onLeak(source);
  }
}
