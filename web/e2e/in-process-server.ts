// The real server in the test's own process, for who has to look into it: its store, its log and its
// routers; with another page than the one that is built, for comparison; or with lies of its own.
import { createMediaServer, type MediaServer } from '@sotto/sfu-worker';
import type { MediaNode } from '@sotto/sfu-worker/protocol';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { buildApp } from '../../signaling/src/app.ts';
import { type Clock, systemClock } from '../../signaling/src/clock.ts';
import { fixedMedia } from '../../signaling/src/media/node-lives.ts';
import type { CallModePolicy } from '../../signaling/src/rooms/mode-rules.ts';
import type { TurnSettings } from '../../signaling/src/auth/ice-servers.ts';
import { createMemoryNodeLeases } from '../../signaling/src/rooms/memory-node-leases.ts';
import { createMemoryRoomStore } from '../../signaling/src/rooms/memory-room-store.ts';
import type { RoomStore } from '../../signaling/src/rooms/room-store.ts';
import { DEFAULT_LIMITS } from '../../signaling/src/socket/rate-limit.ts';
import { workerBin } from './worker-bin.ts';

const BUILT_PAGE = fileURLToPath(new URL('../dist/', import.meta.url));

export interface InProcessServer {
  readonly url: string;
  readonly store: RoomStore;
  readonly media: MediaServer;
  /** All that was logged, at the finest level. */
  readonly logLines: readonly string[];
  close(): Promise<void>;
}

export interface InProcessOptions {
  readonly webRoot?: string;
  readonly callMode?: CallModePolicy;
  readonly workers?: number;
  /** How often a media worker is asked whether it answers: one that does not for three times is killed. */
  readonly sampleIntervalMs?: number;
  readonly clock?: Clock;
  readonly turn?: TurnSettings;
  /** What signaling takes for the media server. */
  readonly mediaNode?: (media: MediaServer) => MediaNode;
  /** What a socket is told in place of that text. */
  readonly tell?: (text: string) => string;
}

export const startInProcess = async ({
  webRoot = BUILT_PAGE,
  callMode = 'auto',
  clock = systemClock,
  turn,
  mediaNode = (media) => media,
  tell = (text) => text,
  workers = 1,
  sampleIntervalMs,
}: InProcessOptions = {}): Promise<InProcessServer> => {
  const logLines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });
  const store = createMemoryRoomStore();
  const media = await createMediaServer({
    nodeId: 'local',
    workers,
    rtcPortBase: 0,
    workerBin: workerBin(),
    sampleIntervalMs,
    log,
  });
  const app = await buildApp({
    store,
    leases: createMemoryNodeLeases(),
    media: fixedMedia([mediaNode(media)], clock),
    clock,
    log,
    limits: DEFAULT_LIMITS,
    secret: 'a secret of the tests, long enough',
    maxPeersPerRoom: 100,
    callMode,
    turn: turn ?? null,
    corsOrigins: [],
    trustedProxies: 0,
    tls: null,
    webRoot,
  });
  app.websocketServer.on('connection', (socket) => {
    const send = socket.send.bind(socket);
    Object.defineProperty(socket, 'send', { value: (text: string) => send(tell(text)) });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    // A secure context without a certificate: devices are to be had.
    url: `http://localhost:${address.port}`,
    store,
    media,
    logLines,
    close: async () => {
      await app.close();
      await media.close();
      await store.close();
    },
  };
};
