// Brings the own streams to what the person wants, one step at a time for each source, and again
// whenever the wish, the record or the transport changes.
import { STREAM_SOURCES, type Streams, type StreamSource } from '@sotto/signaling/protocol';
import { isPassing } from '../signaling/request-error.ts';
import { nextStep, type Step, type WantedStream } from './own-stream-step.ts';
import type { SendMedia } from './send-media.ts';

/** What media goes out over (send-media.ts). */
export type Carrier = Pick<SendMedia, 'carried' | 'produce' | 'replace' | 'stop'>;

export interface OwnStreamsDeps {
  /** The requests `set-stream` and `close-stream`. */
  readonly setStream: (source: StreamSource, on: boolean) => Promise<unknown>;
  readonly closeStream: (source: StreamSource) => Promise<unknown>;
  /** The own streams as the room's record has them; null while there is no record. */
  readonly recorded: () => Streams | null;
  /** The server said no to something that the person wanted on. */
  readonly onRefused: (source: StreamSource) => void;
}

const CLOSED: WantedStream = { state: 'closed', track: null };

export class OwnStreams {
  readonly #deps: OwnStreamsDeps;
  readonly #wanted = new Map<StreamSource, WantedStream>();
  readonly #running = new Set<StreamSource>();
  /** Sources whose wish or surroundings changed while a step was under way. */
  readonly #dirty = new Set<StreamSource>();
  #media: Carrier | null = null;
  #closed = false;

  constructor(deps: OwnStreamsDeps) {
    this.#deps = deps;
  }

  want(source: StreamSource, wanted: WantedStream): void {
    this.#wanted.set(source, wanted);
    this.#pursue(source);
  }

  /** From now on media goes out over this, or over nothing. */
  sendOver(media: Carrier | null): void {
    this.#media = media;
    this.pursueAll();
  }

  /** After anything else that changed: the record, the connection. */
  pursueAll(): void {
    for (const source of STREAM_SOURCES) this.#pursue(source);
  }

  close(): void {
    this.#closed = true;
    this.#media = null;
  }

  #pursue(source: StreamSource): void {
    this.#dirty.add(source);
    if (this.#running.has(source)) return;
    this.#running.add(source);
    void this.#run(source);
  }

  async #run(source: StreamSource): Promise<void> {
    while (this.#dirty.delete(source)) {
      let last: Step = 'none';
      for (let step = this.#next(source); step !== 'none'; step = this.#next(source)) {
        // A step that changed nothing would be taken for ever.
        if (step === last) break;
        last = step;
        if (!(await this.#take(source, step))) break;
      }
    }
    this.#running.delete(source);
  }

  #next(source: StreamSource): Step {
    const recorded = this.#deps.recorded()?.[source];
    if (this.#closed || recorded === undefined) return 'none';
    return nextStep(this.#wanted.get(source) ?? CLOSED, {
      on: recorded.on,
      hasProducer: recorded.producerId !== undefined,
      carried: this.#media?.carried(source),
      canSend: this.#media !== null,
    });
  }

  /** False when the wish has to wait for something to change, or was given up. Never rejects. */
  async #take(source: StreamSource, step: Step): Promise<boolean> {
    const wanted = this.#wanted.get(source) ?? CLOSED;
    const media = this.#media;
    try {
      await this.#do(source, step, wanted);
      return true;
    } catch (error) {
      const isStillMeant =
        !this.#closed && media === this.#media && wanted === this.#wanted.get(source);
      if (isStillMeant && wanted.state === 'on' && !isPassing(error)) {
        this.#deps.onRefused(source);
      }
      return false;
    }
  }

  async #do(source: StreamSource, step: Step, { state, track }: WantedStream): Promise<void> {
    const { setStream, closeStream } = this.#deps;
    const on = state === 'on';
    switch (step) {
      case 'produce':
        if (track !== null) await this.#media?.produce(source, on, track);
        return;
      case 'replace':
        await this.#media?.replace(source, track);
        return;
      case 'declare':
        await setStream(source, on);
        return;
      case 'close':
        this.#media?.stop(source);
        await closeStream(source);
        return;
      case 'none':
        return;
    }
  }
}
