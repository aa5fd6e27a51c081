// What comes in from the media node: a consumer for each producer in the room, and the view that
// says which of them send, and how large.
import {
  type ConsumerDescription,
  LIMITS,
  type ProducerId,
  type RequestData,
} from '@sotto/signaling/protocol';
import type { types } from 'mediasoup-client';
import type { Encryption } from './encryption/encryption.ts';
import type { GuardedReceiver } from './encryption/frame-guard.ts';
import type { Incoming } from './incoming.ts';
import { DEFAULT_PREFERENCES } from './preferences.ts';
import { computeView, isSameView, producersOf, type View, type Wish } from './media-view.ts';
import type { ConnectionReading } from './stats/stats-reading.ts';
import type { Request } from './transport.ts';

export interface ReceiveMediaDeps {
  readonly transport: types.Transport;
  readonly request: Request;
  readonly placement: number;
  readonly encryption: Pick<Encryption, 'attachReceiver' | 'canOpen'>;
  /** A track has come, or tracks have gone. */
  readonly onTracks: () => void;
  /** A request was refused, or the browser did not take the answer. */
  readonly onError: (error: unknown) => void;
}

interface Received extends Incoming {
  readonly consumer: types.Consumer;
  readonly guarded: GuardedReceiver;
}

const NOTHING: Wish = { others: [], tiles: [], preferences: DEFAULT_PREFERENCES };

export class ReceiveMedia {
  readonly #deps: ReceiveMediaDeps;
  readonly #received = new Map<ProducerId, Received>();
  /** Asked for once; what the media node left out had gone, and the record will say so. */
  readonly #asked = new Set<ProducerId>();
  #wish: Wish = NOTHING;
  #sentView: View = new Map();
  #isRunning = false;
  #isDirty = false;
  #isKept = false;
  #closed = false;

  constructor(deps: ReceiveMediaDeps) {
    this.#deps = deps;
  }

  get received(): readonly Incoming[] {
    return [...this.#received.values()];
  }

  /** Takes up what is new and lets go of what is no more; several wishes in one turn are one. */
  update(wish: Wish): void {
    this.#wish = wish;
    this.#isDirty = true;
    if (this.#isRunning || this.#isOver) return;
    this.#isRunning = true;
    queueMicrotask(() => void this.#run());
  }

  /** What comes goes on as it is, and nothing is asked for any more. */
  keep(): void {
    this.#isKept = true;
  }

  /** For the statistics. Rejects once closed. */
  async read(): Promise<ConnectionReading> {
    const { transport } = this.#deps;
    return {
      id: transport.id,
      path: 'sfu',
      direction: 'receive',
      state: transport.connectionState,
      isUsed: this.#received.size > 0,
      report: await transport.getStats(),
    };
  }

  close(): void {
    this.#closed = true;
    this.#deps.transport.close();
    for (const { guarded } of this.#received.values()) guarded.detach();
    this.#received.clear();
  }

  get #isOver(): boolean {
    return this.#isKept || this.#closed;
  }

  async #run(): Promise<void> {
    while (this.#isDirty && !this.#isOver) {
      this.#isDirty = false;
      try {
        this.#dropGone();
        await this.#consumeNew();
        await this.#sendView();
      } catch (error) {
        if (!this.#isOver) this.#deps.onError(error);
      }
    }
    this.#isRunning = false;
  }

  #dropGone(): void {
    const wanted = producersOf(this.#wish.others);
    for (const producerId of this.#asked)
      if (!wanted.has(producerId)) this.#asked.delete(producerId);
    const gone = [...this.#received].filter(([producerId]) => !wanted.has(producerId));
    for (const [producerId, { consumer, guarded }] of gone) {
      this.#received.delete(producerId);
      consumer.close();
      guarded.detach();
    }
    if (gone.length > 0) this.#deps.onTracks();
  }

  async #consumeNew(): Promise<void> {
    const fresh = [...producersOf(this.#wish.others)]
      .filter((producerId) => !this.#asked.has(producerId))
      .slice(0, LIMITS.consumePerRequest);
    if (fresh.length === 0) return;
    if (fresh.length === LIMITS.consumePerRequest) this.#isDirty = true;
    const { request, placement } = this.#deps;
    const { consumers } = await request('consume', { placement, producerIds: fresh });
    for (const producerId of fresh) this.#asked.add(producerId);
    // In parallel: mediasoup-client makes one round of SDP of them.
    await Promise.all(consumers.map((description) => this.#consume(description)));
    this.#deps.onTracks();
  }

  async #consume({
    consumerId,
    producerId,
    kind,
    rtpParameters,
    peerId,
    source,
  }: ConsumerDescription): Promise<void> {
    const { encryption, transport } = this.#deps;
    const mimeType = rtpParameters.codecs[0]?.mimeType ?? '';
    if (!encryption.canOpen(producerId, mimeType)) return;
    const origin = { producerId, peerId, source };
    let guarded: GuardedReceiver | undefined;
    try {
      const consumer = await transport.consume({
        id: consumerId,
        producerId,
        kind,
        rtpParameters,
        // A picture and its sound in one stream are kept in step (RFC 8830 §2).
        streamId: `${peerId}-${source === 'mic' || source === 'cam' ? 'person' : 'screen'}`,
        onRtpReceiver: (receiver) => {
          guarded = encryption.attachReceiver(receiver, origin, mimeType);
        },
      });
      const { track, rtpReceiver: receiver } = consumer;
      if (this.#closed || guarded === undefined || receiver === undefined) {
        consumer.close();
        guarded?.detach();
      } else {
        this.#received.set(producerId, { consumer, guarded, origin, track, receiver });
      }
    } catch (error) {
      guarded?.detach();
      // This browser cannot play it; the others go on.
      if (!(error instanceof Error) || error.name !== 'UnsupportedError') throw error;
      console.warn(`a stream of ${kind} cannot be received here`);
    }
  }

  async #sendView(): Promise<void> {
    const view = computeView(this.#wish, (producerId) => this.#received.has(producerId));
    if (isSameView(view, this.#sentView)) return;
    const { request, placement } = this.#deps;
    await request('view', { placement, view: toRecord(view) });
    this.#sentView = view;
  }
}

const toRecord = (view: View): RequestData<'view'>['view'] => Object.fromEntries(view);
