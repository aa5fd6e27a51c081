// Several nodes in one process over a store and leases that a test can stop (PROTOCOL N, S).
import type { MediaServer } from '@sotto/sfu-worker';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.ts';
import { createLogger } from '../../src/log.ts';
import { fixedMedia } from '../../src/media/node-lives.ts';
import type { CallModePolicy } from '../../src/rooms/mode-rules.ts';
import type { NodeLeases } from '../../src/rooms/node-leases.ts';
import type { ConnectionLimits } from '../../src/socket/rate-limit.ts';
import { NO_LIMITS, TEST_SECRET } from './harness.ts';
import { createLeaseTable, type LeaseTable } from './lease-table.ts';
import { ManualClock } from './manual-clock.ts';
import { derive, type Scene } from './scene.ts';
import { type NodeStore, type StoppableStore, stoppableStore } from './stoppable-store.ts';

export interface TestNode {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly leases: NodeLeases;
  readonly hints: NodeStore;
}

export interface Nodes extends Pick<Scene, 'newRoom' | 'record' | 'join' | 'pass'> {
  readonly clock: ManualClock;
  readonly stoppable: StoppableStore;
  readonly table: LeaseTable;
  readonly nodes: readonly TestNode[];
  /** Another one, beside those that there are. */
  add(): Promise<TestNode>;
  /** What all nodes logged, as their messages. */
  logged(): readonly string[];
  close(): Promise<void>;
}

export interface NodesOptions {
  readonly count: number;
  readonly media: MediaServer;
  readonly callMode?: CallModePolicy;
  readonly limits?: ConnectionLimits;
}

export const startNodes = async (options: NodesOptions): Promise<Nodes> => {
  const { count, media, callMode, limits } = options;
  const clock = new ManualClock();
  const stoppable = stoppableStore();
  const table = createLeaseTable();
  const lines: string[] = [];
  const log = createLogger('info', { write: (line: string) => void lines.push(line) });
  const start = async (): Promise<TestNode> => {
    const hints = stoppable.nodeStore();
    const leases = table.take();
    const app = await buildApp({
      store: hints.store,
      isStoreReady: () => stoppable.isReady(),
      leases,
      media: fixedMedia([media], clock),
      clock,
      log,
      limits: limits ?? NO_LIMITS,
      secret: TEST_SECRET,
      maxPeersPerRoom: 100,
      callMode: callMode ?? 'auto',
      turn: null,
      corsOrigins: [],
      trustedProxies: 0,
      tls: null,
    });
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), app, leases, hints };
  };
  const nodes = await Promise.all(Array.from({ length: count }, start));
  const store: Scene['store'] = {
    ...stoppable.store,
    read: (roomId, after) => stoppable.store.read(roomId, after),
  };
  return {
    ...derive({
      store,
      advance: async (ms) => clock.advance(ms),
      urls: () => nodes.map(({ url }) => url),
    }),
    clock,
    stoppable,
    table,
    nodes,
    add: async () => {
      const node = await start();
      nodes.push(node);
      return node;
    },
    logged: () => lines.map((line) => /"msg":"([^"]*)"/.exec(line)?.[1] ?? ''),
    close: async () => {
      await Promise.all(nodes.map(({ app }) => app.close()));
    },
  };
};
