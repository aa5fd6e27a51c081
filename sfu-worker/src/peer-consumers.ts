// What one peer receives: a consumer for each producer that it asked for, paused until its view
// wants it.
import type { types } from 'mediasoup';
import { canConsume } from 'mediasoup/ortc';
import { badParameters, isGone, notFound } from './media-errors.ts';
import type { MediaLog } from './media-log.ts';
import type { RoomProducer } from './peer-producers.ts';
import type { PeerTransport } from './peer-transport.ts';
import type { Feed } from './pipes.ts';
import type { ConsumerDescription, Source, ViewLayer } from './protocol.ts';
import { createLatest } from './serial.ts';
import type { Shard } from './shard.ts';

/** Four streams of each of the 200 people that a room can hold; bounds what one peer can cost. */
const MAX_CONSUMERS = 800;

/** Where bandwidth goes first when there is too little. Audio does not take part in that. */
const PRIORITY: Readonly<Record<Source, number>> = { screen: 10, screenAudio: 10, mic: 10, cam: 1 };

export interface PeerConsumersDeps {
  readonly peerId: string;
  readonly shard: Shard;
  readonly receive: PeerTransport;
  /** Of the whole room, by id. */
  readonly producers: ReadonlyMap<string, RoomProducer>;
  readonly log: MediaLog;
}

interface Received {
  readonly consumer: types.Consumer;
  readonly feed: Feed;
  readonly description: ConsumerDescription;
  /** The layer that was last asked of the worker. */
  layer?: ViewLayer;
}

interface Opening {
  readonly transport: types.WebRtcTransport;
  readonly opened: Promise<Received | undefined>;
}

type View = Readonly<Record<string, ViewLayer>>;

export class PeerConsumers {
  readonly #deps: PeerConsumersDeps;
  readonly #received = new Map<string, Received>();
  readonly #opening = new Map<string, Opening>();
  #capabilities: types.RtpCapabilities = {};

  constructor(deps: PeerConsumersDeps) {
    this.#deps = deps;
  }

  /** For consumers made from now on. */
  setCapabilities(capabilities: types.RtpCapabilities): void {
    this.#capabilities = capabilities;
  }

  async consume(producerIds: readonly string[]): Promise<readonly ConsumerDescription[]> {
    const { transport } = this.#deps.receive;
    const wanted = [...new Set(producerIds)].filter(
      (id) => this.#received.has(id) || this.#opening.has(id) || this.#canConsume(id),
    );
    const opened = new Set([...this.#received.keys(), ...this.#opening.keys(), ...wanted]);
    if (opened.size > MAX_CONSUMERS) throw badParameters('too many consumers');
    const received = await Promise.all(wanted.map((id) => this.#ensure(id, transport)));
    return received.flatMap((entry) => (entry === undefined ? [] : [entry.description]));
  }

  /** The last view wins; a consumer that it does not name is off. */
  readonly view = createLatest(async (view: View): Promise<void> => {
    const wanted = new Map(Object.entries(view));
    await Promise.all(
      [...this.#received].map(([producerId, received]) =>
        show(received, wanted.get(producerId) ?? 'off'),
      ),
    );
  });

  async requestKeyFrames(producerIds: readonly string[]): Promise<void> {
    const consumers = [...new Set(producerIds)].flatMap((id) => this.#received.get(id) ?? []);
    await Promise.all(consumers.map(({ consumer }) => requestKeyFrame(consumer)));
  }

  #canConsume(producerId: string): boolean {
    const { producers, peerId, log } = this.#deps;
    const from = producers.get(producerId);
    if (from === undefined || from.peerId === peerId) return false;
    // Of the same codecs in every shard: the tables of all routers are the same.
    const can = canConsume(
      from.producer.consumableRtpParameters,
      structuredClone(this.#capabilities),
    );
    if (!can) log.warn({ source: from.source }, 'a peer cannot receive what another sends');
    return can;
  }

  /** What is being made over a transport that has been given up since is of no use on the next one. */
  async #ensure(
    producerId: string,
    transport: types.WebRtcTransport,
  ): Promise<Received | undefined> {
    const found = this.#received.get(producerId);
    if (found !== undefined) return found;
    const already = this.#opening.get(producerId);
    if (already?.transport === transport) return already.opened;
    const opening = { transport, opened: this.#create(producerId, transport) };
    this.#opening.set(producerId, opening);
    try {
      return await opening.opened;
    } finally {
      if (this.#opening.get(producerId) === opening) this.#opening.delete(producerId);
    }
  }

  /** Undefined when the producer has gone in the meantime. */
  async #create(
    producerId: string,
    transport: types.WebRtcTransport,
  ): Promise<Received | undefined> {
    const from = this.#deps.producers.get(producerId);
    if (from === undefined) return undefined;
    try {
      const feed = await this.#deps.shard.feed(from);
      const received = await this.#consume(from, feed, transport);
      const { consumer } = received;
      if (PRIORITY[from.source] > 1 && consumer.kind === 'video') {
        await consumer.setPriority(PRIORITY[from.source]);
      }
      return received;
    } catch (error) {
      if (isGone(error) && !transport.closed) return undefined;
      throw error;
    }
  }

  async #consume(
    from: RoomProducer,
    feed: Feed,
    transport: types.WebRtcTransport,
  ): Promise<Received> {
    try {
      const consumer = await transport.consume({
        producerId: feed.producerId,
        rtpCapabilities: this.#capabilities,
        paused: true,
      });
      // From here to where its end is listened for nothing is awaited: it may end at any moment.
      if (transport.closed) {
        consumer.close();
        throw notFound('the transport was closed');
      }
      return this.#receive(from, feed, consumer);
    } catch (error) {
      feed.end();
      throw error;
    }
  }

  #receive(from: RoomProducer, feed: Feed, consumer: types.Consumer): Received {
    const { id } = from.producer;
    const received = { consumer, feed, description: describe(consumer, from) };
    this.#received.set(id, received);
    consumer.observer.once('close', () => {
      feed.end();
      if (this.#received.get(id) === received) this.#received.delete(id);
    });
    return received;
  }
}

/** Asks the worker for what changed only; resuming asks the sender for a key frame. */
const show = async (received: Received, layer: ViewLayer): Promise<void> => {
  const { consumer, feed } = received;
  try {
    if (layer === 'off') {
      if (!consumer.paused) await consumer.pause();
      await feed.setOn(false);
      return;
    }
    if (consumer.type === 'simulcast' && received.layer !== layer) {
      await consumer.setPreferredLayers({ spatialLayer: layer });
      received.layer = layer;
    }
    if (consumer.paused) await consumer.resume();
    // Only now: what comes first is the key frame that this asks for.
    await feed.setOn(true);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
};

/** Mediasoup asks each sender once in a while, however many ask here. */
const requestKeyFrame = async (consumer: types.Consumer): Promise<void> => {
  if (consumer.kind !== 'video' || consumer.paused) return;
  try {
    await consumer.requestKeyFrame();
  } catch (error) {
    if (!isGone(error)) throw error;
  }
};

const describe = (
  { id, kind, rtpParameters }: types.Consumer,
  { producer, peerId, source }: RoomProducer,
): ConsumerDescription => ({
  consumerId: id,
  producerId: producer.id,
  peerId,
  source,
  kind,
  rtpParameters,
});
