// Streams from one router to another of this host, over a pair of pipe transports on its loopback address. (Not by
// pipeToRouter, which keeps its pairs for ever and needs both routers in one process.) Whoever puts the two
// ends on different hosts relays the same: what is on, what is paused, what has ended.
import type { types } from 'mediasoup';
import { isGone, notFound } from './media-errors.ts';
import { createLatest } from './serial.ts';

/** One way, and for any number of streams. */
export interface PipeLink {
  /** Off at first. Rejects with `not-found` when the producer has ended meanwhile. */
  carry(producer: types.Producer, onClosed: () => void): Promise<CarriedStream>;
  close(): void;
}

export interface CarriedStream {
  /** Of the producer at the far end, which pauses, resumes and ends with the one that is carried. */
  readonly producerId: string;
  /** Nothing is sent while it is off. Turning it on asks the sender for key frames. */
  setOn(on: boolean): Promise<void>;
  close(): void;
}

export type OpenPipeLink = (from: types.Router, to: types.Router) => Promise<PipeLink>;

/**
 * With retransmission: no network loses packets here, but a worker that is late to read does. A socket's
 * usual buffer holds some 90 packets, which is 10 ms of thirty cameras, and a packet lost on this way is
 * one that nobody behind it can ask for: they would all freeze until the next key frame.
 */
const TRANSPORT_OPTIONS: types.PipeTransportOptions = {
  listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
  enableRtx: true,
  enableSctp: false,
};

export const openPipeLink: OpenPipeLink = async (from, to) => {
  const [out, into] = await openPair(from, to);
  out.observer.once('close', () => into.close());
  into.observer.once('close', () => out.close());
  return {
    carry: async (producer, onClosed) =>
      follow(await openHalves({ out, into, producer, onClosed })),
    close: () => {
      // Both: the other end may have been closed before it could tell.
      out.close();
      into.close();
    },
  };
};

const openPair = async (
  from: types.Router,
  to: types.Router,
): Promise<readonly [types.PipeTransport, types.PipeTransport]> => {
  const making = [from, to].map((router) => router.createPipeTransport(TRANSPORT_OPTIONS));
  try {
    const [out, into] = await Promise.all(making);
    if (out === undefined || into === undefined) throw notFound('the other end');
    await Promise.all([connect(out, into), connect(into, out)]);
    return [out, into];
  } catch (error) {
    for (const made of await Promise.allSettled(making)) {
      if (made.status === 'fulfilled') made.value.close();
    }
    throw error;
  }
};

const connect = (transport: types.PipeTransport, { tuple }: types.PipeTransport): Promise<void> =>
  transport.connect({ ip: tuple.localAddress, port: tuple.localPort });

interface Halves {
  readonly consumer: types.Consumer;
  readonly far: types.Producer;
}

interface Carrying {
  readonly out: types.PipeTransport;
  readonly into: types.PipeTransport;
  readonly producer: types.Producer;
  readonly onClosed: () => void;
}

const openHalves = async ({ out, into, producer, onClosed }: Carrying): Promise<Halves> => {
  const consumer = await out.consume({ producerId: producer.id });
  let far: types.Producer | undefined;
  try {
    // None can be had paused; what this one has sent by now finds no producer at the far end.
    await consumer.pause();
    const { kind, rtpParameters } = consumer;
    far = await into.produce({ kind, rtpParameters, paused: true });
    // What was made while its transport was being closed does not know of it.
    if (consumer.closed || out.closed || into.closed) throw notFound('the stream has ended');
    return endTogether({ consumer, far }, onClosed);
  } catch (error) {
    far?.close();
    consumer.close();
    throw error;
  }
};

const endTogether = (halves: Halves, onClosed: () => void): Halves => {
  const { consumer, far } = halves;
  far.observer.once('close', () => consumer.close());
  consumer.observer.once('close', () => {
    far.close();
    onClosed();
  });
  return halves;
};

/** Keeps the two halves of a stream alike: paused are both while nobody wants it or its sender is muted. */
const follow = ({ consumer, far }: Halves): CarriedStream => {
  let on = false;
  const apply = createLatest<void>(async () => {
    try {
      const flows = on && !consumer.producerPaused;
      if (far.paused === flows) await (flows ? far.resume() : far.pause());
      if (consumer.paused === on) await (on ? consumer.resume() : consumer.pause());
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  });
  // One that cannot follow any more is of no use.
  const followSender = (): void => void apply().catch(() => far.close());
  consumer.on('producerpause', followSender);
  consumer.on('producerresume', followSender);
  return {
    producerId: far.id,
    setOn: (wanted) => {
      on = wanted;
      return apply();
    },
    close: () => far.close(),
  };
};
