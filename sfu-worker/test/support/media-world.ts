// A media server on real workers for one test file, and short ways to be a peer of it.
import { randomBytes } from 'node:crypto';
import { describe, expect } from 'vitest';
import { createMediaServer, type MediaLog, type MediaServer } from '../../src/media-server.ts';
import { connectMediaNode } from '../../src/remote-media-node.ts';
import { type RpcServer, startRpcServer } from '../../src/rpc-server.ts';
import type {
  ConsumerDescription,
  MediaErrorCode,
  MediaEvent,
  MediaNode,
  Source,
} from '../../src/protocol.ts';
import {
  camParameters,
  micParameters,
  RECEIVE_CAPABILITIES,
  screenAudioParameters,
  screenParameters,
} from '../rtp-fixtures.ts';
import { keepInventory, type MediaInventory } from './media-inventory.ts';

export const SILENT: MediaLog = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** `remote`: behind a real WebSocket, with the server itself in this process, where tests see into it. */
export type Over = 'local' | 'remote';

/** Every test of a suite, over both kinds of media node. */
export const describeOver = (suite: (over: Over) => void): void => {
  describe.each(['local', 'remote'] as const)('over a %s media node:', suite);
};

export const SECRET = 'a secret of the tests, long enough';

export interface MediaWorld {
  readonly server: MediaServer;
  readonly made: MediaInventory;
  readonly events: MediaEvent[];
  close(): Promise<void>;
}

/** Resolves when the node is connected, at once if it is so already. */
export const connected = async (node: MediaNode): Promise<void> => {
  if (node.isConnected()) return;
  await new Promise<void>((resolve) => {
    const unwatch = node.watch(({ type }) => {
      if (type !== 'connected') return;
      unwatch();
      resolve();
    });
  });
};

/** A server as it is reached over a real socket; what tests alone may ask is asked of it directly. */
const reach = async (server: MediaServer, rpc: RpcServer): Promise<MediaServer> => {
  const url = `ws://127.0.0.1:${rpc.port}`;
  const node = connectMediaNode({ url, secret: SECRET, log: SILENT });
  await connected(node);
  return {
    ...node,
    workerPids: () => server.workerPids(),
    close: async () => {
      await node.close();
      await rpc.close();
      await server.close();
    },
  };
};

type ServerOptions = Partial<Parameters<typeof createMediaServer>[0]>;

export const startServer = async (
  over: Over,
  options: ServerOptions = {},
): Promise<MediaServer> => {
  const server = await createMediaServer({
    nodeId: 'n1',
    workers: 1,
    rtcPortBase: 0,
    log: SILENT,
    ...options,
  });
  if (over === 'local') return server;
  const rpc = await startRpcServer({
    server,
    secret: SECRET,
    host: '127.0.0.1',
    port: 0,
    log: SILENT,
  });
  return reach(server, rpc);
};

export const startMediaWorld = async (
  over: Over,
  options: ServerOptions = {},
): Promise<MediaWorld> => {
  const made = keepInventory();
  const server = await startServer(over, options);
  const events: MediaEvent[] = [];
  server.watch((event) => events.push(event));
  const close = async () => {
    made.stop();
    await server.close();
  };
  return { server, made, events, close };
};

export const newId = (): string => randomBytes(12).toString('base64url');

export const rejection = (code: MediaErrorCode) =>
  expect.objectContaining({ name: 'MediaError', code });

const PARAMETERS = {
  mic: micParameters,
  cam: camParameters,
  screen: screenParameters,
  screenAudio: screenAudioParameters,
} as const;

export interface TestPeer {
  readonly key: { readonly roomId: string; readonly placement: number; readonly peerId: string };
  openSend(): Promise<string>;
  openReceive(): Promise<string>;
  /** Gives the producer's id. */
  produce(source: Source, producerId?: string): Promise<string>;
  consume(...producerIds: string[]): Promise<readonly ConsumerDescription[]>;
}

export interface TestRoom {
  readonly key: { readonly roomId: string; readonly placement: number };
  peer(peerId?: string): TestPeer;
}

type Ensured = Parameters<MediaNode['ensureRoom']>[0];

export const openRoom = async (
  server: MediaNode,
  { roomId = newId(), placement = 1, worker = 0, keep }: Partial<Ensured> = {},
): Promise<TestRoom> => {
  const key = { roomId, placement };
  await server.ensureRoom({ ...key, worker, keep });
  return { key, peer: (peerId = newId()) => testPeer(server, { ...key, peerId }) };
};

const testPeer = (server: MediaNode, key: TestPeer['key']): TestPeer => ({
  key,
  openSend: async () => (await server.openTransport({ ...key, direction: 'send' })).id,
  openReceive: async () => {
    const rtpCapabilities = RECEIVE_CAPABILITIES;
    return (await server.openTransport({ ...key, direction: 'receive', rtpCapabilities })).id;
  },
  produce: async (source, producerId = newId()) => {
    const rtpParameters = PARAMETERS[source]();
    await server.produce({ ...key, producerId, source, paused: false, rtpParameters });
    return producerId;
  },
  consume: (...producerIds) => server.consume({ ...key, producerIds }),
});

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
