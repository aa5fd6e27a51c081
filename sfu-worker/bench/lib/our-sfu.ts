// A room of our media server, by the same calls that signaling makes.
import { randomUUID } from 'node:crypto';
import { createMediaServer, type MediaServerOptions } from '../../src/media-server.ts';
import { RECEIVE_CAPABILITIES } from '../../test/rtp-fixtures.ts';
import { ADDRESS, type Sfu } from './sfu.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: console.error };

export const startOurSfu = async (options: Partial<MediaServerOptions> = {}): Promise<Sfu> => {
  const server = await createMediaServer({
    nodeId: 'bench',
    workers: 1,
    rtcPortBase: 0,
    announcedAddress: ADDRESS,
    log: SILENT,
    ...options,
  });
  const room = { roomId: 'room', placement: 1 };
  await server.ensureRoom({ ...room, worker: 0 });
  return {
    name: 'Sotto',
    pids: () => server.workerPids(),
    open: (peerId, direction) =>
      direction === 'send'
        ? server.openTransport({ ...room, peerId, direction })
        : server.openTransport({
            ...room,
            peerId,
            direction,
            rtpCapabilities: RECEIVE_CAPABILITIES,
          }),
    connect: (peerId, direction, dtlsParameters) =>
      server.connectTransport({ ...room, peerId, direction, dtlsParameters }),
    produce: async (peerId, { source, rtpParameters }) => {
      const producerId = randomUUID();
      await server.produce({ ...room, peerId, producerId, source, paused: false, rtpParameters });
      return producerId;
    },
    consume: async (peerId, producerIds) => {
      await server.consume({ ...room, peerId, producerIds });
    },
    view: (peerId, view) => server.view({ ...room, peerId, view }),
    close: () => server.close(),
  };
};
