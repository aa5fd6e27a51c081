// Real apps on real sockets and one real media server. `describeScenarios` runs a suite three times:
// with one app and with two over a memory store, all in the test's own process, and with two processes
// over Redis that reach the media server over the network, peers on either.
import type { MediaServer } from '@sotto/sfu-worker';
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { createLogger } from '../../src/log.ts';
import { fixedMedia } from '../../src/media/node-lives.ts';
import type { Rates } from '../../src/rates.ts';
import { createMemoryNodeLeases } from '../../src/rooms/memory-node-leases.ts';
import { createMemoryRoomStore } from '../../src/rooms/memory-room-store.ts';
import type { RoomStore } from '../../src/rooms/room-store.ts';
import { ManualClock } from './manual-clock.ts';
import { type Processes, type ProcessScene, startProcesses } from './process-scene.ts';
import { hasRedis } from './redis-server.ts';
import { NO_LIMITS, type SceneOptions, startMedia, TEST_SECRET } from './scene-settings.ts';
import { derive, type Scene } from './scene.ts';

export { NO_LIMITS, startMedia, TEST_SECRET } from './scene-settings.ts';
export type { Scene } from './scene.ts';

/** A scene in the test's own process, with everything to be reached into. */
export interface World extends Scene {
  readonly clock: ManualClock;
  readonly apps: readonly FastifyInstance[];
  /** Every line that the apps logged. */
  readonly logLines: string[];
}

/**
 * Suites that put something of their own between an app and its store or its media node (stores that
 * fail, nodes that are slow, hints that nobody hears) or look into an app have worlds in process alone:
 * abuse, call-mode-faults and http.
 */
export interface WorldOptions extends SceneOptions {
  readonly apps: number;
  readonly media: MediaServer;
  readonly corsOrigins?: readonly string[];
  readonly trustedProxies?: number;
  readonly adminToken?: string;
  /** Where several apps count who asks how often. */
  readonly rates?: Rates;
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
        media: fixedMedia([options.node ?? options.media], clock),
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
        ...(options.adminToken !== undefined && { adminToken: options.adminToken }),
        ...(options.rates && { rates: options.rates }),
      }),
    ),
  );
  const urls = await Promise.all(apps.map(listen));
  const advance = async (ms: number): Promise<void> => clock.advance(ms);
  const drain = async (): Promise<void> => {
    await Promise.all(apps.map((app) => app.close()));
  };
  return {
    ...derive({ store, advance, urls: () => urls }),
    clock,
    store,
    media: options.media,
    urls,
    apps,
    logLines,
    now: () => clock.now(),
    advance,
    logged: async () => logLines,
    drain,
    close: async () => {
      await drain();
      await store.close();
    },
  };
};

const describeInProcess = (
  name: string,
  apps: number,
  suite: (scene: () => Scene) => void,
  options: SceneOptions,
): void => {
  describe(name, () => {
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

/** Two processes over Redis alone, for what only they can go through. */
export const describeProcesses = (
  name: string,
  suite: (scene: () => ProcessScene) => void,
  options: SceneOptions = {},
): void => {
  describe.skipIf(!hasRedis)(name, () => {
    let processes: Processes;
    let scene: ProcessScene;
    beforeAll(async () => {
      processes = await startProcesses();
    });
    beforeEach(async () => {
      scene = await processes.begin(options);
    });
    afterEach(() => scene.close());
    afterAll(() => processes.close());
    suite(() => scene);
  });
};

export const describeScenarios = (
  name: string,
  suite: (scene: () => Scene) => void,
  options: SceneOptions = {},
): void => {
  describeInProcess(`${name}, over one app`, 1, suite, options);
  describeInProcess(`${name}, over two apps, one store`, 2, suite, options);
  describeProcesses(`${name}, over two processes, one Redis`, suite, options);
};
