// The server process: configuration, adapters, app, listen, close.
import { createMediaServer } from '@sotto/sfu-worker';
import closeWithGrace from 'close-with-grace';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { createLogger } from './log.ts';
import { createMemoryNodeLeases } from './rooms/memory-node-leases.ts';
import { createMemoryRoomStore } from './rooms/memory-room-store.ts';
import { readOrMakeSecret } from './secret-file.ts';
import { DEFAULT_LIMITS } from './socket/rate-limit.ts';

const WEB_ROOT = fileURLToPath(new URL('../../web/dist/', import.meta.url));

/** Longer than a worker takes to close, shorter than what a supervisor waits before SIGKILL. */
const CLOSE_TIMEOUT_MS = 8_000;

const start = async (config: Config): Promise<void> => {
  const log = createLogger(config.LOG_LEVEL);
  const store = createMemoryRoomStore();
  const media = await createMediaServer({
    nodeId: config.NODE_ID,
    workers: config.MEDIA_WORKERS,
    rtcPortBase: config.RTC_PORT_BASE,
    announcedAddress: config.ANNOUNCED_ADDRESS,
    workerBin: config.MEDIASOUP_WORKER_BIN,
    log,
  });
  const leases = createMemoryNodeLeases();
  const app = await buildApp({
    store,
    leases,
    mediaNodes: [media],
    clock: systemClock,
    log,
    limits: DEFAULT_LIMITS,
    secret: config.JWT_SECRET ?? (await readOrMakeSecret(config.DATA_DIR)),
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
    await app.close();
    await leases.close();
    await media.close();
    await store.close();
    log.info('closed');
  });
  await app.listen({ port: config.PORT, host: config.HOST });
};

try {
  await start(readConfig(process.env));
} catch (error) {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
  else pino().fatal({ err: error }, 'could not start');
  process.exit(1);
}
