// A room over real workers, each peer on the worker that the test says, with media that flows.
import type { types } from 'mediasoup';
import type { AudioLevels } from '../../src/audio-levels.ts';
import { openMediaRoom, type MediaRoom } from '../../src/media-room.ts';
import type { PeerMedia } from '../../src/peer-media.ts';
import type { Source, ViewLayer } from '../../src/protocol.ts';
import { endWorker, spawnWorker } from '../../src/worker-process.ts';
import { camParameters, micParameters, RECEIVE_CAPABILITIES } from '../rtp-fixtures.ts';
import { useDirectMedia } from './direct-media.ts';
import { keepInventory, open, type MediaInventory } from './media-inventory.ts';
import { newId, SILENT } from './media-world.ts';
import { PacketCounts, startProducer, type SentStream } from './flowing-media.ts';
import type { RtpSourceOptions } from './rtp-source.ts';

export interface SpilledWorld {
  readonly made: MediaInventory;
  readonly workers: readonly types.Worker[];
  openRoom(): Promise<SpilledRoom>;
  /** Routers, as each worker counts them. */
  readonly countRouters: () => Promise<readonly number[]>;
  readonly pipeTransports: () => readonly types.Transport[];
  readonly pipeConsumers: () => readonly types.Consumer[];
  close(): Promise<void>;
}

export interface SpilledRoom {
  readonly room: MediaRoom;
  readonly levels: AudioLevels[];
  /** With both transports open; on the room's home unless said otherwise. */
  readonly peer: (peerId: string, worker?: number) => Promise<SpilledPeer>;
}

export interface SpilledPeer {
  readonly media: PeerMedia;
  send(source: 'mic' | 'cam', options?: RtpSourceOptions): Promise<SentStream>;
  /** Off at first, as ever. */
  receive(producerId: string): Promise<PacketCounts>;
  view(view: Readonly<Record<string, ViewLayer>>): Promise<void>;
}

export const startSpilledWorld = async (): Promise<SpilledWorld> => {
  const direct = useDirectMedia();
  const made = keepInventory();
  const workers = await Promise.all([spawn(), spawn(), spawn()]);
  const running = await Promise.all(
    workers.map(async (worker) => ({
      worker,
      webRtcServer: await worker.createWebRtcServer({
        listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
      }),
      candidatesOf: () => [],
    })),
  );
  const rooms: MediaRoom[] = [];
  const openRoom = async (): Promise<SpilledRoom> => {
    const levels: AudioLevels[] = [];
    let wanted = 0;
    const room = await openMediaRoom({
      home: 0,
      running: (worker) => {
        const found = running[worker];
        if (found === undefined) throw new Error('no such worker');
        return found;
      },
      chooseWorker: () => wanted,
      onLevels: (list) => levels.push(list),
      log: SILENT,
    });
    rooms.push(room);
    const peer = async (peerId: string, worker = 0): Promise<SpilledPeer> => {
      wanted = worker;
      const media = room.ensurePeer(peerId);
      await Promise.all([media.openSend(), media.openReceive(RECEIVE_CAPABILITIES)]);
      return spilledPeer(made, media);
    };
    return { room, levels, peer };
  };
  return {
    made,
    workers,
    openRoom,
    countRouters: () =>
      Promise.all(workers.map(async (worker) => (await worker.dump()).routerIds.length)),
    pipeTransports: () => open(made.transports).filter(({ type }) => type === 'pipe'),
    pipeConsumers: () => open(made.consumers).filter(({ type }) => type === 'pipe'),
    close: async () => {
      for (const room of rooms) room.close();
      direct.stop();
      made.stop();
      await Promise.all(workers.map(endWorker));
    },
  };
};

const spawn = (): Promise<types.Worker> => spawnWorker(process.env['MEDIASOUP_WORKER_BIN']);

const PARAMETERS = { mic: micParameters, cam: camParameters } as const;

const spilledPeer = (made: MediaInventory, media: PeerMedia): SpilledPeer => ({
  media,
  send: async (source: Source & keyof typeof PARAMETERS, options) => {
    const producerId = newId();
    const rtpParameters = PARAMETERS[source]();
    await media.sent.produce({ producerId, source, paused: false, rtpParameters });
    return startProducer(made, producerId, options);
  },
  receive: async (producerId) => {
    const [description] = await media.received.consume([producerId]);
    if (description === undefined) throw new Error('no such stream');
    return new PacketCounts(made, description.consumerId);
  },
  view: (view) => media.received.view(view),
});
