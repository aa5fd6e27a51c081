// What the owner of a media node can do that nobody else can: read each packet of each stream on its
// routers, and send packets of their own making. No code of the product takes part in it.
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';
import { parseRtp, type RtpPacket, writeRtp } from './rtp.ts';

export interface RouterWatch {
  readonly routers: readonly types.Router[];
  stop(): void;
}

/** Of workers that start from now on. `onTransport` is told before anything is done with it. */
export const watchRouters = (
  onTransport: (transport: types.Transport) => void = () => undefined,
): RouterWatch => {
  const routers: types.Router[] = [];
  const onRouter = (router: types.Router): void => {
    routers.push(router);
    router.observer.on('newtransport', onTransport);
  };
  const onWorker = (worker: types.Worker): void => {
    worker.observer.on('newrouter', onRouter);
  };
  observer.on('newworker', onWorker);
  return { routers, stop: () => observer.off('newworker', onWorker) };
};

export interface Tap {
  readonly kind: types.MediaKind;
  requestKeyFrame(): Promise<void>;
  close(): void;
}

/** Every packet of that producer, of all its layers, as it came. */
export const tapProducer = async (
  router: types.Router,
  producerId: string,
  onPacket: (packet: RtpPacket) => void,
): Promise<Tap> => {
  const transport = await router.createDirectTransport();
  const consumer = await transport.consume({
    producerId,
    rtpCapabilities: router.rtpCapabilities,
    pipe: true,
  });
  consumer.on('rtp', (bytes) => onPacket(parseRtp(bytes)));
  return {
    kind: consumer.kind,
    requestKeyFrame: async () => {
      if (consumer.kind === 'video' && !consumer.closed) await consumer.requestKeyFrame();
    },
    close: () => transport.close(),
  };
};

const PAYLOAD_TYPES = { audio: 100, video: 101 } as const;
const SSRCS = { audio: 11_111_111, video: 22_222_222 } as const;

/** RFC 4585 §6.1: payload-specific feedback, of which receivers send key frame requests. */
const isPayloadFeedback = (rtcp: Buffer): boolean => rtcp[1] === 206;

export interface Injector {
  readonly producerId: string;
  /** Under the sequence number that is next; the timestamp is the packet's own. */
  send(packet: Pick<RtpPacket, 'marker' | 'timestamp' | 'payload'>): void;
  close(): void;
}

/** A producer that nobody's browser sends: Opus or VP8, whatever is put into it. */
export const openInjector = async (
  router: types.Router,
  kind: types.MediaKind,
  onKeyFrameRequest: () => void,
): Promise<Injector> => {
  const transport = await router.createDirectTransport();
  transport.on('rtcp', (rtcp) => {
    if (isPayloadFeedback(rtcp)) onKeyFrameRequest();
  });
  const codec = router.rtpCapabilities.codecs?.find(
    (one) => one.preferredPayloadType === PAYLOAD_TYPES[kind],
  );
  if (codec === undefined) throw new Error(`no codec for ${kind}`);
  const producer = await transport.produce({
    kind,
    rtpParameters: {
      codecs: [
        {
          mimeType: codec.mimeType,
          payloadType: PAYLOAD_TYPES[kind],
          clockRate: codec.clockRate,
          ...(codec.channels === undefined ? {} : { channels: codec.channels }),
          ...(codec.rtcpFeedback === undefined ? {} : { rtcpFeedback: codec.rtcpFeedback }),
        },
      ],
      encodings: [{ ssrc: SSRCS[kind] }],
    },
  });
  let sequence = 0;
  return {
    producerId: producer.id,
    send: ({ marker, timestamp, payload }) => {
      if (producer.closed) return;
      sequence += 1;
      const header = { payloadType: PAYLOAD_TYPES[kind], ssrc: SSRCS[kind], sequence };
      producer.send(writeRtp({ ...header, marker, timestamp, payload }));
    },
    close: () => transport.close(),
  };
};
