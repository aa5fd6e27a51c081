// A media node in this process: the calls of protocol.ts, taken to the rooms of its workers.
import { createShardChoice } from './choose-shard.ts';
import type { MediaLog } from './media-log.ts';
import { openMediaRoom } from './media-room.ts';
import { PlacedRooms } from './placed-rooms.ts';
import type { MediaCalls, MediaNode } from './protocol.ts';
import { createWatchers } from './watchers.ts';
import { createWorkerPool, type WorkerPoolOptions } from './worker-pool.ts';

export { ROUTER_RTP_CAPABILITIES } from './codecs.ts';
export type { MediaLog } from './media-log.ts';

export interface MediaServerOptions extends WorkerPoolOptions {
  readonly nodeId: string;
  readonly log: MediaLog;
  /** A room goes on to another worker when its own uses more than this share of a core. */
  readonly spillAbove?: number | undefined;
  /** Told once, when the whole node is to drain: who runs it is to end it. */
  readonly onLeave?: (() => void) | undefined;
}

/** What is left is for those who are there already to talk and share more. */
const SPILL_ABOVE = 0.7;

export interface MediaServer extends MediaNode {
  /** Of the workers that run now, in order of their numbers. */
  workerPids(): readonly number[];
  /** Ends all media and all workers; resolves when their processes have ended. */
  close(): Promise<void>;
}

/** Rejects with `unavailable`, for people to read, when a worker cannot run or listen. */
export const createMediaServer = async (options: MediaServerOptions): Promise<MediaServer> => {
  const { nodeId, log, spillAbove = SPILL_ABOVE } = options;
  const { emit, watch } = createWatchers(log);
  const chooseWorker = createShardChoice({
    load: () => pool.load(),
    spillAbove,
    nowMs: () => performance.now(),
  });
  const rooms = new PlacedRooms(async (roomId, home) => {
    pool.refuseNewRoom(home);
    return openMediaRoom({
      home,
      running: (worker) => pool.running(worker),
      chooseWorker,
      onLevels: (levels) => emit({ type: 'audio-levels', roomId, levels }),
      log,
    });
  });
  const pool = await createWorkerPool(options, {
    log,
    onDied: (worker) => {
      for (const lost of rooms.lose(worker)) emit({ type: 'room-lost', ...lost });
    },
    onDraining: () => emit({ type: 'draining' }),
    countRooms: () => rooms.countByWorker(),
  });
  let closing: Promise<void> | undefined;

  return {
    nodeId,
    isConnected: () => true,
    load: () => {
      const loads = pool.load();
      const counts = rooms.countByWorker();
      const isDraining = loads.some(({ draining }) => draining);
      const parts = isDraining ? rooms.partsByWorker() : undefined;
      return loads.map((load) => ({
        ...load,
        rooms: counts.get(load.worker) ?? 0,
        parts: (load.draining ? parts?.get(load.worker) : undefined) ?? [],
      }));
    },
    workerPids: () => pool.pids(),
    watch,
    close: () => {
      rooms.closeAll();
      closing ??= pool.close();
      return closing;
    },
    ...createCalls(rooms),
    drain: async ({ worker }) => {
      if (worker !== undefined) pool.drain(worker);
      else if (pool.drainAll()) options.onLeave?.();
    },
  };
};

const createCalls = (rooms: PlacedRooms): Omit<MediaCalls, 'drain'> => ({
  heldRooms: async () => rooms.list(),
  ensureRoom: (room) => rooms.ensure(room),
  closeRoom: async (room) => rooms.close(room),
  closePeer: (key) => rooms.runIfHere(key, async (room) => room.closePeer(key.peerId)),

  openTransport: (request) =>
    rooms.run(request, async (room) => {
      const peer = room.ensurePeer(request.peerId);
      return request.direction === 'send'
        ? peer.openSend(request.instead)
        : peer.openReceive(request.rtpCapabilities, request.instead);
    }),
  connectTransport: ({ direction, dtlsParameters, ...key }) =>
    rooms.run(key, async (room) =>
      room.peer(key.peerId).transports[direction].connect(dtlsParameters),
    ),
  restartIce: ({ direction, transportId, ...key }) =>
    rooms.run(key, async (room) =>
      room.peer(key.peerId).transports[direction].restartIce(transportId),
    ),

  produce: (request) =>
    rooms.run(request, async (room) => room.peer(request.peerId).sent.produce(request)),
  setProducerPaused: ({ producerId, paused, ...key }) =>
    rooms.runIfHere(key, async (room) =>
      room.findPeer(key.peerId)?.sent.setPaused(producerId, paused),
    ),
  closeProducer: ({ producerId, ...key }) =>
    rooms.runIfHere(key, async (room) => room.findPeer(key.peerId)?.sent.closeProducer(producerId)),

  consume: ({ producerIds, ...key }) =>
    rooms.run(key, async (room) => room.peer(key.peerId).received.consume(producerIds)),
  view: ({ view, ...key }) =>
    rooms.run(key, async (room) => room.peer(key.peerId).received.view(view)),
  requestKeyFrames: ({ producerIds, ...key }) =>
    rooms.run(key, async (room) => room.peer(key.peerId).received.requestKeyFrames(producerIds)),
});
