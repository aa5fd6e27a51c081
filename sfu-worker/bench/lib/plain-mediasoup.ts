// mediasoup with plain transports: one that takes each publisher's RTP, one with SRTP to each sink. The
// router is as our rooms have it, with its codecs and its listening for who speaks.
import { createWorker, type types } from 'mediasoup';
import { watchAudioLevels } from '../../src/audio-levels.ts';
import { MEDIA_CODECS, ROUTER_RTP_CAPABILITIES } from '../../src/codecs.ts';
import { type Forwarder, newKey, PICTURE, SUITE, VOICE } from './forwarder.ts';
import { ADDRESS } from './sfu.ts';
import type { Stream } from './streams.ts';

const LISTEN = { protocol: 'udp', ip: ADDRESS } as const;

/** Nothing is asked for again, and no header extension is wanted, as with Janus. */
const RECEIVE: types.RtpCapabilities = {
  codecs: (ROUTER_RTP_CAPABILITIES.codecs ?? [])
    .filter(({ mimeType }) => !mimeType.endsWith('/rtx'))
    .map((codec) => ({ ...codec, rtcpFeedback: [] })),
  headerExtensions: [],
};

const codecOf = ({ kind, payloadType }: Stream): types.RtpCodecParameters =>
  kind === 'audio'
    ? { mimeType: 'audio/opus', payloadType, clockRate: 48_000, channels: 2 }
    : { mimeType: 'video/VP8', payloadType, clockRate: 90_000 };

export const startPlainMediasoup = async (): Promise<Forwarder> => {
  const workerBin = process.env['MEDIASOUP_WORKER_BIN'];
  const worker = await createWorker(workerBin === undefined ? {} : { workerBin });
  const router = await worker.createRouter({ mediaCodecs: structuredClone([...MEDIA_CODECS]) });
  const levels = await watchAudioLevels({
    router,
    peerOf: (producerId) => producerId,
    onLevels: () => undefined,
  });
  const producerIds: string[] = [];
  return {
    name: 'mediasoup',
    pids: () => [worker.pid],
    publish: async () => {
      const transport = await router.createPlainTransport({ listenInfo: LISTEN, comedia: true });
      for (const stream of [VOICE, PICTURE]) {
        const { kind, ssrc } = stream;
        const rtpParameters = { codecs: [codecOf(stream)], encodings: [{ ssrc }] };
        const producer = await transport.produce({ kind, rtpParameters });
        if (kind === 'audio') await levels.add(producer.id);
        producerIds.push(producer.id);
      }
      return transport.tuple.localPort;
    },
    forward: async (_index, port) => {
      const transport = await router.createPlainTransport({
        listenInfo: LISTEN,
        enableSrtp: true,
        srtpCryptoSuite: SUITE.name,
      });
      const srtpParameters = { cryptoSuite: SUITE.name, keyBase64: newKey() };
      await transport.connect({ ip: ADDRESS, port, srtpParameters });
      for (const producerId of producerIds) {
        await transport.consume({ producerId, rtpCapabilities: RECEIVE });
      }
    },
    close: async () => {
      const ended = new Promise<void>((resolve) => {
        worker.once('subprocessclose', () => resolve());
      });
      worker.close();
      await ended;
    },
  };
};
