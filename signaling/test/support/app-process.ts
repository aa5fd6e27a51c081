// One signaling node in this process, with the real adapters of many nodes, as node-process.ts starts
// it. Rooms and sockets live by a clock that the test moves; leases, the breaker and the connection to
// media nodes by the real one, since Redis and the network do.
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import {
  connectMediaNode,
  type RemoteMediaNode,
} from '../../../sfu-worker/src/remote-media-node.ts';
import { buildApp } from '../../src/app.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { createLogger } from '../../src/log.ts';
import type { MediaDirectory } from '../../src/media/media-directory.ts';
import { fixedMedia } from '../../src/media/node-lives.ts';
import { createNodeList } from '../../src/media/redis-node-list.ts';
import { registeredMedia } from '../../src/media/registered-media.ts';
import { createRedis, type Redis } from '../../src/rooms/redis/redis.ts';
import { ManualClock } from './manual-clock.ts';
import { NodeCommand, type NodeMessage, type NodeOptions } from './node-messages.ts';

interface Running {
  readonly url: string;
  advance(ms: number): void;
  close(): Promise<void>;
}

const say = (message: NodeMessage): void => void process.send?.(message);

const listen = (app: FastifyInstance): Promise<string> =>
  app.listen({ port: 0, host: '127.0.0.1' });

/** Tests begin where people find a room's home at once. */
const connected = (node: RemoteMediaNode): Promise<void> =>
  new Promise((resolve) => {
    const unwatch = node.watch(({ type }) => {
      if (type !== 'connected') return;
      unwatch();
      resolve();
    });
  });

interface Media {
  readonly directory: MediaDirectory;
  close(): Promise<void>;
}

const openMedia = async (
  { media }: NodeOptions,
  redis: Redis,
  clock: Clock,
  log: FastifyBaseLogger,
): Promise<Media> => {
  const { secret } = media;
  if ('url' in media) {
    const node = connectMediaNode({ url: media.url, secret, log });
    await connected(node);
    return { directory: fixedMedia([node], clock), close: () => node.close() };
  }
  const connect = (url: string): RemoteMediaNode =>
    connectMediaNode({ url: media.ways[url] ?? url, secret, log });
  const read = createNodeList(redis.scripts, log);
  const directory = registeredMedia({ read, connect, clock, log });
  return { directory, close: () => directory.close() };
};

const start = async (options: NodeOptions): Promise<Running> => {
  const manual = options.nowMs === null ? null : new ManualClock(options.nowMs);
  const clock = manual ?? systemClock;
  const log = createLogger('debug', { write: (line: string) => say({ line }) });
  const redis = createRedis(options.redisUrl, { clock: systemClock, log });
  const media = await openMedia(options, redis, clock, log);
  const app = await buildApp({
    store: redis.store,
    isStoreReady: () => redis.isAnswering(),
    leases: redis.leases,
    rates: redis.rates,
    media: media.directory,
    clock,
    log,
    limits: options.limits,
    secret: options.secret,
    maxPeersPerRoom: options.maxPeersPerRoom,
    callMode: options.callMode,
    turn: options.turn,
    corsOrigins: [],
    trustedProxies: 0,
    tls: null,
  });
  return {
    url: await listen(app),
    advance: (ms) => manual?.advance(ms),
    close: async () => {
      await app.close();
      await media.close();
      await redis.close();
    },
  };
};

let running: Running | null = null;

const stop = async (): Promise<void> => {
  const ending = running;
  running = null;
  await ending?.close();
};

const obey = async (command: NodeCommand): Promise<void> => {
  switch (command.do) {
    case 'start':
      await stop();
      running = await start(command.options);
      break;
    case 'advance':
      running?.advance(command.ms);
      break;
    case 'stop':
      await stop();
      break;
    case 'flush':
      break;
  }
};

process.on('message', (message) => {
  const command = NodeCommand.parse(message);
  obey(command).then(
    () => say({ id: command.id, url: running?.url ?? '' }),
    (error: unknown) => say({ id: command.id, error: String(error) }),
  );
});
// The test is gone: so is what it started.
process.on('disconnect', () => process.exit());
