// Redis, a media node and signaling nodes, each a process, for those who measure: benches and long tests.
// Nothing of a test runner is in here.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectTo, type RedisServer, startRedis } from './redis-server.ts';
import { type Report, ScriptMessage } from './script-report.ts';
import { freePort } from './server-process.ts';

const NODE = fileURLToPath(new URL('./script-node.ts', import.meta.url));
const MEDIA = fileURLToPath(new URL('../../../sfu-worker/src/main.ts', import.meta.url));

const LOOK_EVERY_MS = 50;
const START_MS = 30_000;

/** A process that reports of itself (script-report.ts). */
export interface ScriptProcess {
  readonly url: string;
  readonly process: ChildProcess;
  report(): Promise<Report>;
  /** kill -9 */
  kill(): Promise<void>;
}

export const startScript = async (
  file: string,
  settings: Readonly<Record<string, string>>,
): Promise<ScriptProcess> => {
  const { PATH, HOME } = process.env;
  const child = fork(file, {
    env: { PATH, HOME, ...settings },
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then((): never => {
    throw new Error(`${file} has ended`);
  });
  ended.catch(() => undefined);
  const next = async (): Promise<unknown> => {
    const [message] = await Promise.race([once(child, 'message'), ended]);
    return message;
  };
  const said = ScriptMessage.parse(await next());
  if (!('url' in said)) throw new Error(`${file} did not say where it listens`);
  return {
    url: said.url,
    process: child,
    report: async () => {
      const answer = next();
      child.send('report');
      const message = ScriptMessage.parse(await answer);
      if ('report' in message) return message.report;
      throw new Error(`${file} made no report`);
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await ended.catch(() => undefined);
    },
  };
};

export interface ScriptCluster {
  readonly redis: RedisServer;
  readonly nodes: readonly ScriptProcess[];
  /** Of keys that no lease has. */
  countKeys(): Promise<number>;
  /** In place of one that has ended. */
  restart(index: number): Promise<void>;
  close(): Promise<void>;
}

const until = async (what: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + START_MS;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error('it does not start');
    await delay(LOOK_EVERY_MS);
  }
};

const isUp = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

const startMedia = async (secret: string) => {
  const port = String(await freePort());
  const { PATH, HOME, MEDIASOUP_WORKER_BIN } = process.env;
  const child = spawn(process.execPath, [MEDIA], {
    env: {
      PATH,
      HOME,
      MEDIASOUP_WORKER_BIN,
      MEDIA_SECRET: secret,
      MEDIA_PORT: port,
      MEDIA_WORKERS: '1',
      RTC_PORT_BASE: '0',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await until(() => isUp(`http://127.0.0.1:${port}/livez`));
  return { url: `ws://127.0.0.1:${port}`, child };
};

export interface ScriptClusterOptions {
  readonly nodes: number;
  /** Nobody is told to wait. */
  readonly withoutLimits: boolean;
}

export const startScriptCluster = async (options: ScriptClusterOptions): Promise<ScriptCluster> => {
  const secret = randomBytes(32).toString('base64url');
  const redis = await startRedis();
  const media = await startMedia(secret);
  const client = connectTo(redis.port);
  client.on('error', () => undefined);
  const start = (): Promise<ScriptProcess> =>
    startScript(NODE, {
      REDIS_URL: redis.url,
      MEDIA_URL: media.url,
      MEDIA_SECRET: secret,
      JWT_SECRET: secret,
      ...(options.withoutLimits && { WITHOUT_LIMITS: 'yes' }),
    });
  const nodes = await Promise.all(Array.from({ length: options.nodes }, start));
  return {
    redis,
    nodes,
    countKeys: async () => {
      const keys = await client.keys('{r:*');
      return keys.length;
    },
    restart: async (index) => {
      nodes[index] = await start();
    },
    close: async () => {
      client.disconnect();
      await Promise.all(nodes.map((node) => node.kill()));
      const ended = once(media.child, 'exit');
      media.child.kill('SIGTERM');
      await ended;
      await redis.close();
    },
  };
};
