// A media server that lies to one peer: whatever that peer consumes comes over a relay of the test's.
// Everybody else gets what they asked for.
import type {
  ConsumerDescription,
  MediaEvent,
  MediaNode,
  Source,
} from '@sotto/sfu-worker/protocol';
import type { types } from 'mediasoup';
import { openRelay, type Relay } from './relay.ts';
import { watchRouters } from './router-tap.ts';

export interface SentStream {
  readonly peerId: string;
  readonly source: Source;
}

export interface HostileSfu {
  /** For `startInProcess`. */
  readonly wrap: (node: MediaNode) => MediaNode;
  /** What this peer consumes from now on comes over relays; honest ones unless `startSilent`. */
  victim: string | null;
  startSilent: boolean;
  /** How the victim's consumers are described to it. */
  describe: (description: ConsumerDescription) => ConsumerDescription;
  router(): types.Router;
  /** Of the last producer; null when it sent none. */
  producerOf(stream: SentStream): string | null;
  /** MIME types of all that this peer ever produced. */
  codecsOf(peerId: string): readonly string[];
  /** Of the victim's last consumer for that stream; null when it asked for none. */
  relayOf(stream: SentStream): Relay | null;
  ssrcOf(stream: SentStream): number | null;
  /** Gives the room up, as if its worker had died: all is produced and consumed anew. */
  move(): void;
  stop(): void;
}

const nameOf = ({ peerId, source }: SentStream): string => `${peerId} ${source}`;

export const createHostileSfu = (): HostileSfu => {
  const owners = new Map<string, SentStream>();
  const producers = new Map<string, string>();
  const receivers = new Map<string, string>();
  const relays = new Map<string, Relay>();
  const ssrcs = new Map<string, number>();
  const codecs = new Map<string, string[]>();
  /** What was asked for, by the consumer that was given for it. */
  const claims = new Map<string, string>();
  const watchers = new Set<(event: MediaEvent) => void>();
  let room: { readonly roomId: string; readonly placement: number } | null = null;

  const router = (): types.Router => {
    const found = watch.routers.findLast(({ closed }) => !closed);
    if (found === undefined) throw new Error('there is no router');
    return found;
  };

  const relayFor = async (claimed: string, stream: SentStream): Promise<Relay> => {
    const isAudio = stream.source === 'mic' || stream.source === 'screenAudio';
    const relay = await openRelay(router(), isAudio ? 'audio' : 'video');
    if (!sfu.startSilent) await relay.carry(claimed);
    relays.set(nameOf(stream), relay);
    return relay;
  };

  const onTransport = (transport: types.Transport): void => {
    const consume = transport.consume.bind(transport);
    transport.consume = async (options) => {
      const claimed = options.producerId;
      const stream = owners.get(claimed);
      const isLie = sfu.victim !== null && receivers.get(transport.id) === sfu.victim;
      if (!isLie || stream === undefined) return consume(options);
      const { producerId } = await relayFor(claimed, stream);
      const consumer = await consume({ ...options, producerId });
      claims.set(consumer.id, claimed);
      return consumer;
    };
  };
  const watch = watchRouters(onTransport);

  const told = (description: ConsumerDescription): ConsumerDescription => {
    const producerId = claims.get(description.consumerId);
    if (producerId === undefined) return description;
    const ssrc = description.rtpParameters.encodings?.[0]?.ssrc;
    if (ssrc !== undefined) ssrcs.set(nameOf(description), ssrc);
    return sfu.describe({ ...description, producerId });
  };

  const wrap = (node: MediaNode): MediaNode => ({
    ...node,
    watch: (listener) => {
      watchers.add(listener);
      return node.watch(listener);
    },
    ensureRoom: async (request) => {
      room = request;
      await node.ensureRoom(request);
    },
    openTransport: async (request) => {
      const description = await node.openTransport(request);
      if (request.direction === 'receive') receivers.set(description.id, request.peerId);
      return description;
    },
    produce: async (request) => {
      const { peerId, rtpParameters } = request;
      const names = rtpParameters.codecs.map(({ mimeType }) => mimeType);
      codecs.set(peerId, [...(codecs.get(peerId) ?? []), ...names]);
      await node.produce(request);
      owners.set(request.producerId, request);
      producers.set(nameOf(request), request.producerId);
    },
    consume: async (request) => (await node.consume(request)).map(told),
  });

  const sfu: HostileSfu = {
    wrap,
    victim: null,
    startSilent: false,
    describe: (description) => description,
    router,
    producerOf: (stream) => producers.get(nameOf(stream)) ?? null,
    codecsOf: (peerId) => codecs.get(peerId) ?? [],
    relayOf: (stream) => relays.get(nameOf(stream)) ?? null,
    ssrcOf: (stream) => ssrcs.get(nameOf(stream)) ?? null,
    move: () => {
      if (room === null) throw new Error('there is no room');
      producers.clear();
      relays.clear();
      ssrcs.clear();
      for (const listener of watchers) listener({ type: 'room-lost', ...room });
    },
    stop: () => watch.stop(),
  };
  return sfu;
};
