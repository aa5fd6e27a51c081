// Real apps on real sockets over one memory store and one real media server. `describeScenarios`
// runs a suite twice: with one app, and with two that share the store, peers on either.
import { createMediaServer, type MediaServer } from '@sotto/sfu-worker';
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { buildApp } from '../../src/app.ts';
import type { TurnSettings } from '../../src/auth/ice-servers.ts';
import { createLogger } from '../../src/log.ts';
import { HEARTBEAT_INTERVAL_MS, type RoomId } from '../../src/protocol/index.ts';
import { evolve } from '../../src/rooms/evolve.ts';
import type { CallModePolicy } from '../../src/rooms/mode-rules.ts';
import type { RoomRecord } from '../../src/rooms/record.ts';
import { createMemoryNodeLeases } from '../../src/rooms/memory-node-leases.ts';
import { createMemoryRoomStore } from '../../src/rooms/memory-room-store.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';
import { type ConnectionLimits, DEFAULT_LIMITS } from '../../src/socket/rate-limit.ts';
import { ManualClock } from './manual-clock.ts';
import { createRoom } from './rooms.ts';
import { TestClient } from './test-client.ts';

export const TEST_SECRET = 'a secret of the tests, long enough';

/** The clock of a test stands still, so nothing would ever refill. */
export const NO_LIMITS: ConnectionLimits = {
  ...DEFAULT_LIMITS,
  messages: { burst: Number.MAX_SAFE_INTEGER, perSecond: 1 },
  bytes: { burst: Number.MAX_SAFE_INTEGER, perSecond: 1 },
  appMessages: { burst: Number.MAX_SAFE_INTEGER, perSecond: 1 },
  costly: { burst: Number.MAX_SAFE_INTEGER, perSecond: 1 },
  waiting: 100_000,
};

export interface World {
  readonly clock: ManualClock;
  readonly store: RoomStore;
  readonly media: MediaServer;
  readonly urls: readonly string[];
  readonly apps: readonly FastifyInstance[];
  /** Every line that the apps logged. */
  readonly logLines: string[];
  newRoom(): Promise<RoomId>;
  /** The room as the store has it. */
  record(roomId: RoomId): Promise<RoomRecord>;
  /** Joins at the next app in turn. */
  join(roomId: RoomId): Promise<TestClient>;
  /** Moves the clock, while these clients answer the heartbeats that come due. */
  pass(ms: number, clients: readonly TestClient[]): Promise<void>;
  close(): Promise<void>;
}

export const startMedia = (workers = 2): Promise<MediaServer> =>
  createMediaServer({
    nodeId: 'local',
    workers,
    rtcPortBase: 0,
    log: pino({ level: 'silent' }),
  });

export interface WorldOptions {
  readonly apps: number;
  readonly media: MediaServer;
  readonly limits?: ConnectionLimits;
  readonly maxPeersPerRoom?: number;
  /** `sfu-only` unless it is said: most is about rooms that have media. */
  readonly callMode?: CallModePolicy;
  readonly turn?: TurnSettings;
  readonly corsOrigins?: readonly string[];
  readonly trustedProxies?: number;
  /** In place of the media server itself, to make it slow or have it fail. */
  readonly node?: MediaNode;
  /** In place of a memory store. */
  readonly store?: RoomStore;
}

const listen = async (app: FastifyInstance): Promise<string> =>
  app.listen({ port: 0, host: '127.0.0.1' });

export const startWorld = async (options: WorldOptions): Promise<World> => {
  const clock = new ManualClock();
  const store = options.store ?? createMemoryRoomStore();
  const logLines: string[] = [];
  const log = createLogger('debug', { write: (line: string) => void logLines.push(line) });
  const apps = await Promise.all(
    Array.from({ length: options.apps }, () =>
      buildApp({
        store,
        leases: createMemoryNodeLeases(),
        mediaNodes: [options.node ?? options.media],
        clock,
        log,
        limits: options.limits ?? NO_LIMITS,
        secret: TEST_SECRET,
        maxPeersPerRoom: options.maxPeersPerRoom ?? 100,
        callMode: options.callMode ?? 'sfu-only',
        turn: options.turn ?? null,
        corsOrigins: options.corsOrigins ?? [],
        trustedProxies: options.trustedProxies ?? 0,
        tls: null,
      }),
    ),
  );
  const urls = await Promise.all(apps.map(listen));
  let turn = 0;
  const nextUrl = (): string => {
    turn += 1;
    return urls[turn % urls.length] ?? '';
  };

  return {
    clock,
    store,
    media: options.media,
    urls,
    apps,
    logLines,
    newRoom: () => createRoom(nextUrl()),
    record: async (roomId) => {
      const read = await store.read(roomId, null);
      if (read.kind !== 'snapshot') throw new Error('no record');
      return read.events.reduce(evolve, read.snapshot);
    },
    join: (roomId) => TestClient.join(nextUrl(), roomId),
    pass: async (ms, clients) => {
      for (let passedMs = 0; passedMs < ms; passedMs += HEARTBEAT_INTERVAL_MS) {
        clock.advance(Math.min(HEARTBEAT_INTERVAL_MS, ms - passedMs));
        await Promise.all(clients.map((client) => client.request('heartbeat', {})));
      }
    },
    close: async () => {
      await Promise.all(apps.map((app) => app.close()));
      await store.close();
    },
  };
};

export const describeScenarios = (
  name: string,
  suite: (world: () => World) => void,
  options: Omit<WorldOptions, 'apps' | 'media'> = {},
): void => {
  describe.each([
    { apps: 1, over: 'one app' },
    { apps: 2, over: 'two apps, one store' },
  ])(`${name}, over $over`, ({ apps }) => {
    let media: MediaServer;
    let world: World;
    beforeAll(async () => {
      media = await startMedia();
    });
    beforeEach(async () => {
      world = await startWorld({ apps, media, ...options });
    });
    afterEach(() => world.close());
    afterAll(() => media.close());
    suite(() => world);
  });
};
