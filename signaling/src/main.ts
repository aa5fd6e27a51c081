// The server process: configuration, adapters, app, listen, close.
import { createMediaServer } from '@sotto/sfu-worker';
import { connectMediaNode, type RemoteMediaNode } from '@sotto/sfu-worker/remote';
import { workerMaxAgeMs } from '@sotto/sfu-worker/settings';
import closeWithGrace from 'close-with-grace';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Logger, pino } from 'pino';
import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { createLogger } from './log.ts';
import type { MediaDirectory } from './media/media-directory.ts';
import { fixedMedia } from './media/node-lives.ts';
import { createNodeList } from './media/redis-node-list.ts';
import { registeredMedia } from './media/registered-media.ts';
import { createProcessMetrics, type ProcessMetrics } from './metrics/process-metrics.ts';
import type { Rates } from './rates.ts';
import { createMemoryNodeLeases } from './rooms/memory-node-leases.ts';
import { createMemoryRoomStore } from './rooms/memory-room-store.ts';
import type { NodeLeases } from './rooms/node-leases.ts';
import { createRedis, type Redis } from './rooms/redis/redis.ts';
import type { RoomStore } from './rooms/room-store.ts';
import { readOrMakeSecret } from './secret-file.ts';
import { DEFAULT_LIMITS } from './socket/rate-limit.ts';

const WEB_ROOT = fileURLToPath(new URL('../../web/dist/', import.meta.url));

/** Longer than a worker takes to close, shorter than what a supervisor waits before SIGKILL. */
const CLOSE_TIMEOUT_MS = 8_000;

interface Rooms {
  readonly store: RoomStore;
  readonly leases: NodeLeases;
  readonly rates?: Rates;
  /** Of Redis, where media nodes can be registered. */
  readonly scripts?: Redis['scripts'];
  readonly isAnswering: () => boolean;
  readonly close: () => Promise<void>;
}

/** In Redis, which other processes may share, or in the memory of this one. */
const openRooms = ({ REDIS_URL }: Config, log: Logger): Rooms => {
  if (REDIS_URL !== undefined) return createRedis(REDIS_URL, { clock: systemClock, log });
  const store = createMemoryRoomStore();
  const leases = createMemoryNodeLeases();
  return {
    store,
    leases,
    isAnswering: () => true,
    close: async () => {
      await leases.close();
      await store.close();
    },
  };
};

interface Media {
  readonly directory: MediaDirectory;
  /** After the app. */
  readonly close: () => Promise<void>;
}

/** Those of MEDIA_URL, or else those that are registered. Nobody waits for them: `/readyz` tells. */
const openRemote = (
  { MEDIA_URL }: Config,
  { scripts }: Rooms,
  connect: (url: string) => RemoteMediaNode,
  log: Logger,
): Media => {
  if (MEDIA_URL.length === 0 && scripts !== undefined) {
    const read = createNodeList(scripts, log);
    const directory = registeredMedia({ read, connect, clock: systemClock, log });
    return { directory, close: () => directory.close() };
  }
  const nodes = MEDIA_URL.map(connect);
  return {
    directory: fixedMedia(nodes, systemClock),
    close: async () => {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
};

/** Media nodes elsewhere, or one in this process. */
const openMedia = async (
  config: Config,
  rooms: Rooms,
  metrics: ProcessMetrics,
  log: Logger,
): Promise<Media> => {
  const { MEDIA_SECRET: secret } = config;
  const isElsewhere = config.MEDIA_URL.length > 0 || config.REDIS_URL !== undefined;
  if (isElsewhere && secret !== undefined) {
    return openRemote(config, rooms, (url) => connectMediaNode({ url, secret, log }), log);
  }
  const node = await createMediaServer({
    nodeId: config.NODE_ID,
    workers: config.MEDIA_WORKERS,
    rtcPortBase: config.RTC_PORT_BASE,
    announcedAddress: config.ANNOUNCED_ADDRESS,
    workerBin: config.MEDIASOUP_WORKER_BIN,
    workerMaxAgeMs: workerMaxAgeMs(config),
    log,
  });
  metrics.watchMedia(node);
  return { directory: fixedMedia([node], systemClock), close: () => node.close() };
};

const start = async (config: Config): Promise<void> => {
  const all = createLogger(config.LOG_LEVEL);
  // Of one process among many a line says whose it is.
  const log = config.REDIS_URL === undefined ? all : all.child({ node: config.NODE_ID });
  const rooms = openRooms(config, log);
  const metrics = createProcessMetrics(config);
  const media = await openMedia(config, rooms, metrics, log);
  const app = await buildApp({
    store: rooms.store,
    isStoreReady: rooms.isAnswering,
    leases: rooms.leases,
    ...(rooms.rates && { rates: rooms.rates }),
    media: media.directory,
    ...(metrics.app && { metrics: metrics.app }),
    clock: systemClock,
    log,
    limits: DEFAULT_LIMITS,
    secret: config.JWT_SECRET ?? (await readOrMakeSecret(config.DATA_DIR)),
    ...(config.ADMIN_TOKEN !== undefined && { adminToken: config.ADMIN_TOKEN }),
    maxPeersPerRoom: config.MAX_PEERS_PER_ROOM,
    callMode: config.CALL_MODE,
    turn: {
      urls: config.TURN_URLS,
      secret: config.TURN_SECRET,
      ttlSeconds: config.TURN_TTL,
    },
    corsOrigins: config.CORS_ORIGINS,
    trustedProxies: config.TRUST_PROXY,
    tls: config.tls,
    ...(existsSync(WEB_ROOT) ? { webRoot: WEB_ROOT } : {}),
  });
  closeWithGrace({ delay: CLOSE_TIMEOUT_MS, logger: log }, async ({ err }) => {
    if (err !== undefined) log.error({ err }, 'closing after an error');
    await metrics.close();
    await app.close();
    await media.close();
    await rooms.close();
    log.info('closed');
  });
  await metrics.serve(log);
  await app.listen({ port: config.PORT, host: config.HOST });
};

try {
  await start(readConfig(process.env));
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else pino().fatal({ err: error }, 'could not start');
  process.exit(1);
}
