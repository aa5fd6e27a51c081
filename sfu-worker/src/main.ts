// The process of a media node: configuration, workers, the door for signaling; drain and close.
import { randomBytes } from 'node:crypto';
import { announcedUrl, type MediaConfig, readMediaConfig } from './config.ts';
import { awaitDeparture } from './departure.ts';
import { createJsonLog } from './json-log.ts';
import { createMediaServer, type MediaServer } from './media-server.ts';
import { createProcessMetrics } from './metrics-process.ts';
import { MediaError } from './protocol.ts';
import { Registration } from './registration.ts';
import { startRpcServer } from './rpc-server.ts';
import { ConfigError, workerMaxAgeMs } from './settings.ts';

/** Longer than a worker takes to close, shorter than what a supervisor waits before SIGKILL. */
const CLOSE_TIMEOUT_MS = 8_000;

/** Tells this life of the node from the one before, of which it has nothing. */
const LIFE_BYTES = 6;

const start = async (config: MediaConfig): Promise<void> => {
  const log = createJsonLog(config.LOG_LEVEL, (line) => void process.stdout.write(line));
  const nodeId = `${config.NODE_ID}.${randomBytes(LIFE_BYTES).toString('hex')}`;
  const metrics = createProcessMetrics(config);
  const server = await createMediaServer({
    nodeId,
    workers: config.MEDIA_WORKERS,
    rtcPortBase: config.RTC_PORT_BASE,
    announcedAddress: config.ANNOUNCED_ADDRESS,
    workerBin: config.MEDIASOUP_WORKER_BIN,
    workerMaxAgeMs: workerMaxAgeMs(config),
    onLeave: () => void leave().catch(onFault),
    log,
  });
  await metrics.serve(server, log);
  // Last of all that is waited for: who is connected may at once say that the node is to end.
  const rpc = await startRpcServer({
    server,
    secret: config.MEDIA_SECRET,
    host: config.MEDIA_HOST,
    port: config.MEDIA_PORT,
    log,
  }).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  log.info({ node: nodeId, port: rpc.port }, 'media node listens');
  const url = announcedUrl(config, rpc.port);
  const registration =
    config.REDIS_URL === undefined
      ? undefined
      : new Registration({ redisUrl: config.REDIS_URL, nodeId, url, log });

  const close = async (): Promise<void> => {
    // First, so that nobody waits for a node that is listed and cannot be reached.
    await registration?.close();
    await metrics.close();
    await rpc.close();
    await server.close();
    log.info({}, 'closed');
  };
  let isEnding = false;
  const end = (code: number): void => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref();
    close().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  const leave = async (): Promise<void> => {
    log.info({ rooms: countRooms(server) }, 'draining');
    const why = await awaitDeparture({
      clock: { now: () => performance.now(), after: (ms, task) => void setTimeout(task, ms) },
      countRooms: () => countRooms(server),
      countConnections: () => rpc.connections(),
      timeoutMs: config.DRAIN_TIMEOUT * 1_000,
    });
    log.info({ why, rooms: countRooms(server) }, 'drained');
    end(0);
  };
  const onFault = (error: unknown): void => {
    log.error({ error: error instanceof Error ? error.stack : error }, 'closing after an error');
    end(1);
  };
  let isSignalled = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second one ends the process at once, whichever it is.
      if (isSignalled) process.exit(1);
      isSignalled = true;
      server.drain({}).catch(onFault);
    });
  }
  process.once('uncaughtException', onFault);
  process.once('unhandledRejection', onFault);
};

const countRooms = (server: MediaServer): number =>
  server.load().reduce((sum, { rooms }) => sum + rooms, 0);

try {
  await start(readMediaConfig(process.env));
} catch (error) {
  const isForPeople = error instanceof ConfigError || error instanceof MediaError;
  const words = isForPeople ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${words}\n`);
  process.exit(1);
}
