// What one peer sends: at most one producer for each source, under the id that signaling picked.
import type { types } from 'mediasoup';
import { checkProduce, KIND_OF } from './check-produce.ts';
import { badParameters, isGone, notFound, toMediaError } from './media-errors.ts';
import type { PeerTransport } from './peer-transport.ts';
import type { Source } from './protocol.ts';
import { createSerial } from './serial.ts';
import type { Shard } from './shard.ts';

/** Key frames of one stream asked for within this time are one; each is a burst for everybody. */
const KEY_FRAME_REQUEST_DELAY_MS = 500;

/** A producer as the whole room knows it. */
export interface RoomProducer {
  readonly peerId: string;
  readonly source: Source;
  readonly producer: types.Producer;
  readonly shard: Shard;
}

export interface PeerProducersDeps {
  readonly peerId: string;
  readonly shard: Shard;
  readonly send: PeerTransport;
  /** Of the whole room, by id. */
  readonly producers: Map<string, RoomProducer>;
}

export interface ProduceRequest {
  readonly producerId: string;
  readonly source: Source;
  readonly paused: boolean;
  readonly rtpParameters: types.RtpParameters;
}

export class PeerProducers {
  readonly #deps: PeerProducersDeps;
  readonly #inTurn = createSerial();

  constructor(deps: PeerProducersDeps) {
    this.#deps = deps;
  }

  produce(request: ProduceRequest): Promise<void> {
    return this.#inTurn(async () => {
      const { producerId, source } = request;
      const { peerId, shard, producers } = this.#deps;
      const same = producers.get(producerId);
      if (same?.peerId === peerId && same.source === source) return;
      if (same !== undefined) throw badParameters('the producer id is in use');
      const rtpParameters = checkProduce(source, request.rtpParameters);
      const { transport } = this.#deps.send;
      // Before the new one: it may well come with the same mid and ssrcs.
      this.#bySource(source)?.close();
      const producer = await this.#create(transport, { ...request, rtpParameters });
      // From here to where its end is listened for nothing is awaited: it may end at any moment.
      if (transport.closed) {
        producer.close();
        throw notFound('the transport was closed');
      }
      producers.set(producerId, { peerId, source, producer, shard });
      producer.observer.once('close', () => producers.delete(producerId));
      if (source !== 'mic') return;
      const { audioLevels } = await shard.opened;
      await audioLevels.add(producerId).catch((error: unknown) => {
        producer.close();
        throw error;
      });
    });
  }

  setPaused(producerId: string, paused: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const producer = this.#byId(producerId);
      if (producer === undefined || producer.paused === paused) return;
      try {
        await (paused ? producer.pause() : producer.resume());
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    });
  }

  closeProducer(producerId: string): Promise<void> {
    return this.#inTurn(async () => this.#byId(producerId)?.close());
  }

  #byId(producerId: string): types.Producer | undefined {
    const found = this.#deps.producers.get(producerId);
    return found?.peerId === this.#deps.peerId ? found.producer : undefined;
  }

  #bySource(source: Source): types.Producer | undefined {
    const { peerId, producers } = this.#deps;
    return [...producers.values()].find(
      (entry) => entry.peerId === peerId && entry.source === source,
    )?.producer;
  }

  #create(
    transport: types.WebRtcTransport,
    { producerId, source, paused, rtpParameters }: ProduceRequest,
  ): Promise<types.Producer> {
    return transport
      .produce({
        id: producerId,
        kind: KIND_OF[source],
        paused,
        rtpParameters,
        keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
      })
      .catch((error: unknown) => {
        // A worker says without a class of its own that a mid, ssrc or id is taken.
        const { code, message } = toMediaError(error);
        throw transport.closed || code === 'not-found' ? notFound(message) : badParameters(message);
      });
  }
}
