// Two signaling processes over one Redis, and media nodes that register there, processes too: as on machines
// of their own. All of it lives by the real clock, and what is between any two of them can be cut.
import { connectMediaNode, type RemoteMediaNode } from '@sotto/sfu-worker/remote';
import { expect } from 'vitest';
import * as z from 'zod/mini';
import { HEARTBEAT_INTERVAL_MS, RoomId } from '../../src/protocol/index.ts';
import type { RoomRecord } from '../../src/rooms/record.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';
import { MEDIA_SECRET, type MediaProcess, startMediaProcess } from './media-process.ts';
import { consume, count, produceMic } from './media-steps.ts';
import { NodeProcess } from './node-process.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { openStore, SILENT } from './redis-stores.ts';
import { createRoom } from './rooms.ts';
import { derive } from './scene.ts';
import { NO_LIMITS, TEST_SECRET } from './scene-settings.ts';
import { freePort } from './server-process.ts';
import { startProxy, type TcpProxy } from './tcp-proxy.ts';
import { TestClient } from './test-client.ts';

/** Longer than it takes to find a node gone and to place its rooms, on a machine that is busy. */
export const SOON = { timeout: 40_000 };

/** Rooms that are made until one comes where it is wanted. */
const MOST_TRIES = 20;

const LogLine = z.object({ msg: z.string(), media: z.optional(z.string()) });

export interface SceneNode extends MediaProcess {
  readonly name: string;
  /** Between it and Redis. */
  readonly toRedis: TcpProxy;
  /** Between the first signaling process and it; the second one reaches it directly. */
  readonly fromFirst: TcpProxy;
}

/** Two people, one at each signaling process: she speaks, he listens. */
export interface Call {
  readonly roomId: RoomId;
  readonly ada: TestClient;
  readonly bob: TestClient;
}

export const bothOf = ({ ada, bob }: Call): readonly TestClient[] => [ada, bob];

export interface MediaScene {
  readonly redis: RedisServer;
  readonly store: RoomStore;
  readonly signaling: readonly NodeProcess[];
  /** Another node, or another life of one at the same addresses; both processes have found it. */
  startNode(name: string, at?: SceneNode): Promise<SceneNode>;
  /** A room whose media is there, and works; others that are made meanwhile are there too. */
  callOn(name: string): Promise<Call>;
  /** A room that people have just come to, wherever it goes. */
  newCall(): Promise<Call>;
  record(roomId: RoomId): Promise<RoomRecord>;
  /** The node's name; null where the room has no home. */
  homeOf(call: Call): Promise<string | null>;
  /** What a node says that it holds. */
  heldBy(node: SceneNode): Promise<readonly RoomId[]>;
  /** Whether both processes see it so. */
  isListed(name: string, isListed?: boolean): Promise<void>;
  close(): Promise<void>;
}

/** She speaks anew and he hears her: the room's media works. Gives the placement. */
export const talk = async ({ ada, bob }: Call): Promise<number> => {
  const producerId = await produceMic(ada);
  expect(await consume(bob, producerId)).toBe(1);
  return ada.placement;
};

export const losses = (call: Call): readonly number[] =>
  bothOf(call).map((client) => count(client, 'media-lost'));

export const placings = (call: Call): readonly number[] =>
  bothOf(call).map((client) => count(client, 'room-placed'));

/** What one signaling process has logged of the list of nodes. */
const listedBy = (lines: readonly string[], name: string): boolean => {
  const told = lines.flatMap((line) => {
    const { msg, media: node } = LogLine.parse(JSON.parse(line));
    if (node?.startsWith(`${name}.`) !== true) return [];
    if (msg === 'media node registered') return [{ node, isListed: true }];
    return msg === 'media node not registered any more' ? [{ node, isListed: false }] : [];
  });
  const states = new Map(told.map(({ node, isListed }) => [node, isListed]));
  return [...states.values()].some((isListed) => isListed);
};

const isConnectedTo = (lines: readonly string[], nodeId: string): boolean =>
  lines.some((line) => {
    const { msg, media } = LogLine.parse(JSON.parse(line));
    return msg === 'media node connected' && media === nodeId;
  });

const nodeIdOf = (node: MediaProcess): string =>
  /"node":"([^"]+)"[^\n]*"msg":"media node listens"/.exec(node.output())?.[1] ?? '';

export const startMediaScene = async (): Promise<MediaScene> => {
  const endings: (() => unknown)[] = [];
  const redis = await startRedis();
  endings.push(() => redis.close());
  const store = openStore(redis.url);
  endings.push(() => store.close());
  /** For the first process alone: each node's door by way of a proxy. */
  const ways: Record<string, string> = {};
  const doors = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const port = await freePort();
      const fromFirst = await startProxy(port);
      endings.push(() => fromFirst.close());
      ways[`ws://127.0.0.1:${port}`] = `ws://127.0.0.1:${fromFirst.port}`;
      return { port, fromFirst };
    }),
  );
  const lines: readonly string[][] = [[], []];
  const signaling = lines.map((own) => NodeProcess.spawn((line) => own.push(line)));
  endings.push(() => Promise.all(signaling.map((node) => node.kill())));
  await Promise.all(
    signaling.map((node, index) =>
      node.start({
        redisUrl: redis.url,
        media: { ways: index === 0 ? ways : {}, secret: MEDIA_SECRET },
        secret: TEST_SECRET,
        nowMs: null,
        limits: NO_LIMITS,
        maxPeersPerRoom: 100,
        callMode: 'sfu-only',
        turn: null,
      }),
    ),
  );

  const clients = new Set<TestClient>();
  const beating = setInterval(() => {
    for (const client of clients) {
      // One whose socket has been closed says so where it is asked for something.
      if (client.closeCode === null) client.request('heartbeat', {}).catch(() => undefined);
    }
  }, HEARTBEAT_INTERVAL_MS / 2);
  endings.push(() => clearInterval(beating));
  const join = async (index: number, roomId: RoomId): Promise<TestClient> => {
    const client = await TestClient.join(signaling[index]?.url ?? '', roomId);
    clients.add(client);
    return client;
  };

  const { record } = derive({ store, advance: async () => undefined, urls: () => [] });
  const startNode = async (name: string, at?: SceneNode): Promise<SceneNode> => {
    const door = at ?? doors.pop();
    if (door === undefined) throw new Error('no more nodes than doors');
    const toRedis = await startProxy(redis.port);
    endings.push(() => toRedis.close());
    const started = await startMediaProcess({
      NODE_ID: name,
      MEDIA_PORT: String(door.port),
      REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
    });
    endings.push(() => started.signalAll('SIGKILL'));
    const nodeId = nodeIdOf(started);
    expect(nodeId).not.toBe('');
    await expect
      .poll(() => lines.every((own) => isConnectedTo(own, nodeId) && listedBy(own, name)), SOON)
      .toBe(true);
    return { ...started, name, toRedis, fromFirst: door.fromFirst };
  };

  const newCall = async (): Promise<Call> => {
    const roomId = await createRoom(signaling[0]?.url ?? '');
    const call = { roomId, ada: await join(0, roomId), bob: await join(1, roomId) };
    for (const client of bothOf(call)) await client.placed();
    return call;
  };
  const homeOf = async ({ roomId }: Call): Promise<string | null> =>
    (await record(roomId)).home?.nodeId.split('.')[0] ?? null;

  const callOn = async (name: string): Promise<Call> => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const call = await newCall();
      if ((await homeOf(call)) !== name) continue;
      await talk(call);
      return call;
    }
    throw new Error(`no room came to ${name}`);
  };

  return {
    redis,
    store,
    signaling,
    startNode,
    callOn,
    newCall,
    record,
    homeOf,
    heldBy: async (node) => {
      const client: RemoteMediaNode = connectMediaNode({
        url: node.url,
        secret: MEDIA_SECRET,
        log: SILENT,
      });
      try {
        await expect.poll(() => client.isConnected(), SOON).toBe(true);
        return (await client.heldRooms()).map(({ roomId }) => RoomId.parse(roomId));
      } finally {
        await client.close();
      }
    },
    isListed: async (name, isListed = true) => {
      await expect
        .poll(() => lines.every((own) => listedBy(own, name) === isListed), SOON)
        .toBe(true);
    },
    close: async () => {
      redis.thaw();
      for (const end of endings.toReversed()) await end();
    },
  };
};
