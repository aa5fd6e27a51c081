// Brings the own streams to what the person wants, one step at a time for each source, and again
// whenever the wish, the record or the ways out change: to media nodes, to the other person, or both.
import { STREAM_SOURCES, type Streams, type StreamSource } from '@sotto/signaling/protocol';
import { isPassing } from '../signaling/request-error.ts';
import { nextStep, type Step, type WantedStream } from './own-stream-step.ts';

/** A way out for media (send-media.ts, peer-to-peer/peer-link.ts). */
export interface Carrier {
  /** False for one that is being left: it goes on with what it carries, until another does. */
  readonly takesNew: boolean;
  /** The track that the source sends; null when it sends none, undefined when it is not carried. */
  carried(source: StreamSource): MediaStreamTrack | null | undefined;
  /** Rejects with RequestError, FrameError, or what the browser threw; then nothing is sent. */
  produce(source: StreamSource, on: boolean, track: MediaStreamTrack): Promise<void>;
  replace(source: StreamSource, track: MediaStreamTrack | null): Promise<void>;
  stop(source: StreamSource): void;
}

export interface OwnStreamsDeps {
  /** The requests `set-stream` and `close-stream`. */
  readonly setStream: (source: StreamSource, on: boolean) => Promise<unknown>;
  readonly closeStream: (source: StreamSource) => Promise<unknown>;
  /** The own streams as the room's record has them; null while there is no record. */
  readonly recorded: () => Streams | null;
  /** The server said no to something that the person wanted on. */
  readonly onRefused: (source: StreamSource) => void;
}

/** What the record has on and does not go out over it. */
export const lackingOver = (
  carrier: Carrier | null,
  streams: Streams | undefined,
): readonly StreamSource[] =>
  STREAM_SOURCES.filter(
    (source) => streams?.[source].on === true && carrier?.carried(source) === undefined,
  );

const CLOSED: WantedStream = { state: 'closed', track: null };

export class OwnStreams {
  readonly #deps: OwnStreamsDeps;
  readonly #wanted = new Map<StreamSource, WantedStream>();
  readonly #running = new Set<StreamSource>();
  /** Sources whose wish or surroundings changed while a step was under way. */
  readonly #dirty = new Set<StreamSource>();
  #carriers: readonly Carrier[] = [];
  #closed = false;

  constructor(deps: OwnStreamsDeps) {
    this.#deps = deps;
  }

  want(source: StreamSource, wanted: WantedStream): void {
    this.#wanted.set(source, wanted);
    this.#pursue(source);
  }

  /** From now on media goes out over all of these. */
  sendOver(carriers: readonly Carrier[]): void {
    this.#carriers = carriers;
    this.pursueAll();
  }

  /** After anything else that changed: the record, the connection. */
  pursueAll(): void {
    for (const source of STREAM_SOURCES) this.#pursue(source);
  }

  close(): void {
    this.#closed = true;
    this.#carriers = [];
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
      carried: this.#carriers
        .filter((carrier) => carrier.takesNew || carrier.carried(source) !== undefined)
        .map((carrier) => carrier.carried(source)),
    });
  }

  /** False when the wish has to wait for something to change, or was given up. Never rejects. */
  async #take(source: StreamSource, step: Step): Promise<boolean> {
    const wanted = this.#wanted.get(source) ?? CLOSED;
    const carriers = this.#carriers;
    try {
      await this.#do(source, step, wanted);
      return true;
    } catch (error) {
      const isStillMeant =
        !this.#closed && carriers === this.#carriers && wanted === this.#wanted.get(source);
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
        if (track !== null) await this.#produce(source, on, track);
        return;
      case 'replace':
        for (const carrier of this.#carriers) await carrier.replace(source, track);
        return;
      case 'declare':
        await setStream(source, on);
        return;
      case 'close':
        for (const carrier of this.#carriers) carrier.stop(source);
        await closeStream(source);
        return;
      case 'none':
        return;
    }
  }

  /** One way out that does not work is no reason to keep a stream off the other. */
  async #produce(source: StreamSource, on: boolean, track: MediaStreamTrack): Promise<void> {
    const lacking = this.#carriers.filter(
      (carrier) => carrier.takesNew && carrier.carried(source) === undefined,
    );
    const tried = await Promise.allSettled(
      lacking.map((carrier) => carrier.produce(source, on, track)),
    );
    if (this.#carriers.some((carrier) => carrier.carried(source) !== undefined)) return;
    for (const one of tried) if (one.status === 'rejected') throw one.reason;
  }
}
