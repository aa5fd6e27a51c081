// Two media nodes that register in Redis, processes with their workers, and two signaling nodes that find
// them there: as on machines of their own. What is between any two of them can be cut.
import { connectMediaNode, type RemoteMediaNode } from '@sotto/sfu-worker/remote';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../../signaling/src/app.ts';
import { systemClock } from '../../signaling/src/clock.ts';
import { createLogger } from '../../signaling/src/log.ts';
import { createNodeList } from '../../signaling/src/media/redis-node-list.ts';
import { registeredMedia } from '../../signaling/src/media/registered-media.ts';
import { RoomId } from '../../signaling/src/protocol/index.ts';
import { evolve } from '../../signaling/src/rooms/evolve.ts';
import type { RoomRecord } from '../../signaling/src/rooms/record.ts';
import { createRedis } from '../../signaling/src/rooms/redis/redis.ts';
import type { RoomStore } from '../../signaling/src/rooms/room-store.ts';
import { DEFAULT_LIMITS } from '../../signaling/src/socket/rate-limit.ts';
import {
  MEDIA_SECRET,
  type MediaProcess,
  startMediaProcess,
} from '../../signaling/test/support/media-process.ts';
import { startRedis } from '../../signaling/test/support/redis-server.ts';
import { openStore, SILENT } from '../../signaling/test/support/redis-stores.ts';
import { freePort } from '../../sfu-worker/test/support/free-port.ts';
import { startProxy, type TcpProxy } from '../../signaling/test/support/tcp-proxy.ts';
import { hurriedClock } from './call-path.ts';
import { until } from './until.ts';
import { workerBin } from './worker-bin.ts';

export { hasRedis } from '../../signaling/test/support/redis-server.ts';

const BUILT_PAGE = fileURLToPath(new URL('../dist/', import.meta.url));
/** In place of the quarter of a minute that a call waits before it goes direct again. */
const BACK_MS = 1_000;

export const MEDIA_NODES = ['media-1', 'media-2'] as const;
export type MediaName = (typeof MEDIA_NODES)[number];

interface Door {
  readonly port: number;
  /** Between it and Redis. */
  readonly toRedis: TcpProxy;
  /** Between the first signaling node and it; the second one reaches it directly. */
  readonly fromFirst: TcpProxy;
}

export interface MediaNodesScene {
  /** One for each signaling node. */
  readonly urls: readonly [string, string];
  process(name: MediaName): MediaProcess;
  door(name: MediaName): Door;
  /** As the store has it. */
  record(link: string): Promise<RoomRecord>;
  /** Whose room it is now. */
  homeOf(link: string): Promise<MediaName>;
  /** Rooms that the node says to hold. */
  roomsAt(name: MediaName): Promise<number>;
  /** Whether each signaling node is connected to it, and has it in the list. */
  foundBy(name: MediaName): readonly boolean[];
  /** Another life of it at the same address, after the last one has ended; both have found it. */
  restart(name: MediaName): Promise<void>;
  close(): Promise<void>;
}

export const otherThan = (name: MediaName): MediaName =>
  name === 'media-1' ? 'media-2' : 'media-1';

interface SignalingNode {
  readonly url: string;
  /** Connected to a life of it, and has it in the list. */
  has(name: MediaName): boolean;
  close(): Promise<void>;
}

/** `ways`: where it goes instead of an address that is listed. */
const startSignaling = async (
  redisUrl: string,
  ways: Readonly<Record<string, string>>,
): Promise<SignalingNode> => {
  const log = createLogger('error', process.stdout);
  const redis = createRedis(redisUrl, { clock: systemClock, log });
  const media = registeredMedia({
    read: createNodeList(redis.scripts, log),
    connect: (url) => connectMediaNode({ url: ways[url] ?? url, secret: MEDIA_SECRET, log }),
    clock: systemClock,
    log,
  });
  const app = await buildApp({
    store: redis.store,
    isStoreReady: () => redis.isAnswering(),
    leases: redis.leases,
    rates: redis.rates,
    media,
    clock: hurriedClock(BACK_MS),
    log,
    limits: DEFAULT_LIMITS,
    secret: 'a secret of the tests, long enough',
    maxPeersPerRoom: 100,
    callMode: 'auto',
    turn: null,
    corsOrigins: [],
    trustedProxies: 0,
    tls: null,
    webRoot: BUILT_PAGE,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://localhost:${address.port}`,
    has: (name) =>
      media.nodes.some(
        (node) =>
          node.nodeId.startsWith(`${name}.`) && node.isConnected() && media.isListed(node.nodeId),
      ),
    close: async () => {
      await app.close();
      await media.close();
      await redis.close();
    },
  };
};

const readRecord = async (store: RoomStore, link: string): Promise<RoomRecord> => {
  const roomId = RoomId.parse(new URL(link).pathname.split('/').at(-1));
  const read = await store.read(roomId, null);
  if (read.kind !== 'snapshot') throw new Error('there is no record');
  return read.events.reduce(evolve, read.snapshot);
};

const countRooms = async (url: string): Promise<number> => {
  const client: RemoteMediaNode = connectMediaNode({ url, secret: MEDIA_SECRET, log: SILENT });
  try {
    await until('it is connected', async () => client.isConnected(), Boolean);
    return (await client.heldRooms()).length;
  } finally {
    await client.close();
  }
};

export const startMediaNodes = async (): Promise<MediaNodesScene> => {
  const endings: (() => unknown)[] = [];
  const redis = await startRedis();
  endings.push(() => redis.close());
  const store = openStore(redis.url);
  endings.push(() => store.close());
  const openDoor = async (): Promise<Door> => {
    const port = await freePort();
    const [toRedis, fromFirst] = [await startProxy(redis.port), await startProxy(port)];
    endings.push(
      () => toRedis.close(),
      () => fromFirst.close(),
    );
    return { port, toRedis, fromFirst };
  };
  const doors = { 'media-1': await openDoor(), 'media-2': await openDoor() };
  const ways = Object.fromEntries(
    Object.values(doors).map(({ port, fromFirst }) => [
      `ws://127.0.0.1:${port}`,
      `ws://127.0.0.1:${fromFirst.port}`,
    ]),
  );
  const signaling = [await startSignaling(redis.url, ways), await startSignaling(redis.url, {})];
  endings.push(() => Promise.all(signaling.map((node) => node.close())));
  const bin = workerBin();
  const foundBy = (name: MediaName): readonly boolean[] => signaling.map((node) => node.has(name));
  const startMedia = async (name: MediaName): Promise<MediaProcess> => {
    const { port, toRedis } = doors[name];
    const settings = {
      NODE_ID: name,
      MEDIA_PORT: String(port),
      REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
      ...(bin === undefined ? {} : { MEDIASOUP_WORKER_BIN: bin }),
    };
    // That it is found is waited for here, outside of tests too.
    const started = await startMediaProcess(settings, { ready: false });
    endings.push(() => started.signalAll('SIGKILL'));
    await until(
      `${name} is found`,
      async () => foundBy(name),
      (found) => found.every(Boolean),
    );
    return started;
  };
  const processes = {
    'media-1': await startMedia('media-1'),
    'media-2': await startMedia('media-2'),
  };
  const record = (link: string): Promise<RoomRecord> => readRecord(store, link);
  return {
    urls: [signaling[0]?.url ?? '', signaling[1]?.url ?? ''],
    process: (name) => processes[name],
    door: (name) => doors[name],
    record,
    homeOf: async (link) => {
      const { home } = await record(link);
      const found = MEDIA_NODES.find((name) => home?.nodeId.startsWith(`${name}.`) === true);
      if (found === undefined) throw new Error('the room has no home');
      return found;
    },
    roomsAt: (name) => countRooms(`ws://127.0.0.1:${doors[name].port}`),
    foundBy,
    restart: async (name) => {
      processes[name] = await startMedia(name);
    },
    close: async () => {
      for (const end of endings.toReversed()) await end();
    },
  };
};
