// Apps in the test's process over one memory store that reach their media nodes over the network, each by
// connections of its own.
import type { FastifyInstance } from 'fastify';
import { connectMediaNode, type RemoteMediaNode } from '@sotto/sfu-worker/remote';
import { expect } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { createLogger } from '../../src/log.ts';
import { fixedMedia } from '../../src/media/node-lives.ts';
import { createMemoryNodeLeases } from '../../src/rooms/memory-node-leases.ts';
import { createMemoryRoomStore } from '../../src/rooms/memory-room-store.ts';
import type { ConnectionLimits } from '../../src/socket/rate-limit.ts';
import { ManualClock } from './manual-clock.ts';
import { MEDIA_SECRET } from './media-process.ts';
import { NO_LIMITS, TEST_SECRET } from './scene-settings.ts';
import { derive, type Scene } from './scene.ts';

export interface RemoteWorld extends Pick<Scene, 'newRoom' | 'record' | 'join' | 'pass' | 'store'> {
  readonly clock: ManualClock;
  readonly apps: readonly FastifyInstance[];
  readonly logLines: readonly string[];
  /** Of each app, in the order of the URLs. */
  readonly nodes: readonly (readonly RemoteMediaNode[])[];
  /** Resolves when every app is connected to every node, or to none of them. */
  connected(isConnected?: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface RemoteWorldOptions {
  readonly apps: number;
  readonly mediaUrls: readonly string[];
  readonly limits?: ConnectionLimits;
}

export const startRemoteWorld = async (options: RemoteWorldOptions): Promise<RemoteWorld> => {
  const clock = new ManualClock();
  const store = createMemoryRoomStore();
  const logLines: string[] = [];
  const log = createLogger('debug', { write: (line: string) => void logLines.push(line) });
  const start = async () => {
    const mediaNodes = options.mediaUrls.map((url) =>
      connectMediaNode({ url, secret: MEDIA_SECRET, log }),
    );
    const app = await buildApp({
      store,
      leases: createMemoryNodeLeases(),
      media: fixedMedia(mediaNodes, clock),
      clock,
      log,
      limits: options.limits ?? NO_LIMITS,
      secret: TEST_SECRET,
      maxPeersPerRoom: 100,
      callMode: 'sfu-only',
      turn: null,
      corsOrigins: [],
      trustedProxies: 0,
      tls: null,
    });
    return { app, mediaNodes, url: await app.listen({ port: 0, host: '127.0.0.1' }) };
  };
  const started = await Promise.all(Array.from({ length: options.apps }, start));
  const nodes = started.map(({ mediaNodes }) => mediaNodes);
  return {
    ...derive({
      store,
      advance: async (ms) => clock.advance(ms),
      urls: () => started.map(({ url }) => url),
    }),
    store,
    clock,
    apps: started.map(({ app }) => app),
    logLines,
    nodes,
    connected: async (isConnected = true) => {
      await expect
        .poll(() => nodes.flat().every((node) => node.isConnected() === isConnected), {
          timeout: 20_000,
        })
        .toBe(true);
    },
    close: async () => {
      await Promise.all(started.map(({ app }) => app.close()));
      await Promise.all(nodes.flat().map((node) => node.close()));
      await store.close();
    },
  };
};
