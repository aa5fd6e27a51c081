// Two signaling nodes as processes of their own over a real Redis, each with a connection to one real
// media server. A file starts them once; each test has fresh apps in them, an emptied Redis and a clock
// of its own, and may kill, freeze or restart any of them.
import type { MediaServer } from '@sotto/sfu-worker';
import { type RpcServer, startRpcServer } from '../../../sfu-worker/src/rpc-server.ts';
import type { NodeOptions } from './node-messages.ts';
import { NodeProcess } from './node-process.ts';
import { connectTo, type RedisServer, startRedis } from './redis-server.ts';
import { openStore, SILENT } from './redis-stores.ts';
import { NO_LIMITS, type SceneOptions, startMedia, TEST_SECRET } from './scene-settings.ts';
import { derive, type Scene } from './scene.ts';

const NODES = 2;
const MEDIA_SECRET = 'between the nodes of the tests alone';

export interface ProcessScene extends Scene {
  readonly nodes: readonly NodeProcess[];
  readonly redis: RedisServer;
  /** Another process in place of one that has ended, with an app at a new URL. */
  restart(index: number): Promise<void>;
}

export interface Processes {
  /** The scene of the next test. */
  begin(options: SceneOptions): Promise<ProcessScene>;
  close(): Promise<void>;
}

/** No test finds the rooms of the one before. */
const emptyMedia = async (media: MediaServer): Promise<void> => {
  const rooms = await media.heldRooms();
  await Promise.all(rooms.map((room) => media.closeRoom(room)));
};

const emptyRedis = async ({ port }: RedisServer): Promise<void> => {
  const client = connectTo(port);
  await client.flushall();
  client.disconnect();
};

const nodeOptions = (
  options: SceneOptions,
  redis: RedisServer,
  rpc: RpcServer,
): Omit<NodeOptions, 'nowMs'> => ({
  redisUrl: redis.url,
  media: { url: `ws://127.0.0.1:${rpc.port}`, secret: MEDIA_SECRET },
  secret: TEST_SECRET,
  limits: options.limits ?? NO_LIMITS,
  maxPeersPerRoom: options.maxPeersPerRoom ?? 100,
  callMode: options.callMode ?? 'sfu-only',
  turn: options.turn === undefined ? null : { ...options.turn, urls: [...options.turn.urls] },
});

export const startProcesses = async (): Promise<Processes> => {
  const redis = await startRedis();
  const media = await startMedia();
  const rpc = await startRpcServer({
    server: media,
    secret: MEDIA_SECRET,
    host: '127.0.0.1',
    port: 0,
    log: SILENT,
  });
  let logLines: string[] = [];
  const spawn = (): NodeProcess => NodeProcess.spawn((line) => logLines.push(line));
  const nodes = Array.from({ length: NODES }, spawn);

  const begin = async (options: SceneOptions): Promise<ProcessScene> => {
    await emptyRedis(redis);
    await emptyMedia(media);
    const lines: string[] = [];
    logLines = lines;
    let nowMs = Date.now();
    const settings = nodeOptions(options, redis, rpc);
    const restart = async (index: number): Promise<void> => {
      const node = nodes[index]?.isAlive === true ? nodes[index] : spawn();
      nodes[index] = node;
      await node.start({ ...settings, nowMs });
    };
    await Promise.all(nodes.map((_, index) => restart(index)));
    const store = openStore(redis.url);
    const advance = async (ms: number): Promise<void> => {
      nowMs += ms;
      await Promise.all(nodes.filter(({ isAlive }) => isAlive).map((node) => node.advance(ms)));
    };
    const urls = (): readonly string[] =>
      nodes.filter(({ isRunning }) => isRunning).map(({ url }) => url);
    const drain = async (): Promise<void> => {
      await Promise.all(nodes.filter(({ isRunning }) => isRunning).map((node) => node.stop()));
    };
    return {
      ...derive({ store, advance, urls }),
      nodes,
      redis,
      store,
      media,
      get urls() {
        return urls();
      },
      now: () => nowMs,
      advance,
      logged: async () => {
        await Promise.all(nodes.map((node) => node.flush()));
        return lines;
      },
      drain,
      restart,
      close: async () => {
        redis.thaw();
        for (const node of nodes) node.thaw();
        await drain();
        await store.close();
      },
    };
  };
  return {
    begin,
    close: async () => {
      await Promise.all(nodes.map((node) => node.kill()));
      await rpc.close();
      await media.close();
      await redis.close();
    },
  };
};
