// The same room by mediasoup's own interface alone, on the same worker: what its documentation says and
// nothing more. No levels, no checks, no bound, no option that is not needed.
import { createWorker, type types } from 'mediasoup';
import type { TransportDescription } from '../../src/protocol.ts';
import { MEDIA_CODECS } from '../../src/codecs.ts';
import { RECEIVE_CAPABILITIES } from '../../test/rtp-fixtures.ts';
import { ADDRESS, type Sfu } from './sfu.ts';

const need = <T>(found: T | undefined): T => {
  if (found === undefined) throw new Error('not there');
  return found;
};

const describe = ({
  id,
  iceParameters,
  iceCandidates,
  dtlsParameters,
}: types.WebRtcTransport): TransportDescription => ({
  id,
  iceParameters,
  iceCandidates,
  dtlsParameters,
});

export const startBareSfu = async (): Promise<Sfu> => {
  const workerBin = process.env['MEDIASOUP_WORKER_BIN'];
  const worker = await createWorker(workerBin === undefined ? {} : { workerBin });
  const address = { ip: '0.0.0.0', port: 0, announcedAddress: ADDRESS } as const;
  const webRtcServer = await worker.createWebRtcServer({
    listenInfos: [
      { ...address, protocol: 'udp' },
      { ...address, protocol: 'tcp' },
    ],
  });
  const router = await worker.createRouter({ mediaCodecs: structuredClone([...MEDIA_CODECS]) });
  const transports = new Map<string, types.WebRtcTransport>();
  const consumers = new Map<string, types.Consumer[]>();
  const transportOf = (peerId: string, direction: string): types.WebRtcTransport =>
    need(transports.get(`${peerId} ${direction}`));

  return {
    name: 'mediasoup',
    pids: () => [worker.pid],
    open: async (peerId, direction) => {
      const transport = await router.createWebRtcTransport({
        webRtcServer,
        enableUdp: true,
        enableTcp: true,
      });
      transports.set(`${peerId} ${direction}`, transport);
      return describe(transport);
    },
    connect: (peerId, direction, dtlsParameters) =>
      transportOf(peerId, direction).connect({ dtlsParameters }),
    produce: async (peerId, { source, rtpParameters }) => {
      const kind = source === 'mic' ? 'audio' : 'video';
      return (await transportOf(peerId, 'send').produce({ kind, rtpParameters })).id;
    },
    consume: async (peerId, producerIds) => {
      const transport = transportOf(peerId, 'receive');
      const rtpCapabilities = RECEIVE_CAPABILITIES;
      const made = producerIds.map((producerId) =>
        transport.consume({ producerId, rtpCapabilities, paused: true }),
      );
      consumers.set(peerId, await Promise.all(made));
    },
    view: async (peerId, view) => {
      for (const consumer of need(consumers.get(peerId))) {
        const layer = view[consumer.producerId] ?? 'off';
        if (layer === 'off') continue;
        if (consumer.type === 'simulcast') {
          await consumer.setPreferredLayers({ spatialLayer: layer });
        }
        await consumer.resume();
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
