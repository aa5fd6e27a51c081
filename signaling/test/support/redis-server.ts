// A redis-server of a test's own: on a free port, in a folder that goes with it, keeping nothing on disk.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import {
  hasRedis,
  redisArguments,
  redisBinary,
} from '../../../sfu-worker/test/support/redis-binary.ts';
import { freePort } from './server-process.ts';

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** It keeps its connections and answers nothing, until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** As when its machine loses power. */
  kill(): Promise<void>;
  /** Empty, at the same address, after it was killed. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** More than any machine needs. */
const START_MS = 20_000;

export { hasRedis };

/** A connection of the test's own, for what no store would do; the caller disconnects it. */
export const connectTo = (port: number, password?: string): Redis =>
  new Redis({ host: '127.0.0.1', port, ...(password !== undefined && { password }) });

const answers = async (port: number, password?: string): Promise<boolean> => {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    retryStrategy: () => null,
    ...(password !== undefined && { password }),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
};

export interface RedisServerOptions {
  readonly password?: string;
  readonly args?: readonly string[];
  /** Makes it a sentinel, with these lines of configuration; it rewrites its file. */
  readonly sentinel?: readonly string[];
}

const argumentsFor = (folder: string, port: number, options: RedisServerOptions): string[] => {
  const { password, args = [], sentinel } = options;
  if (sentinel !== undefined) {
    const file = join(folder, 'sentinel.conf');
    const lines = [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, ...sentinel];
    writeFileSync(file, `${lines.join('\n')}\n`);
    return [file, '--sentinel', '--loglevel', 'warning'];
  }
  const secret = password === undefined ? [] : ['--requirepass', password];
  return [...redisArguments(port, folder), ...secret, ...args];
};

export const startRedis = async (options: RedisServerOptions = {}): Promise<RedisServer> => {
  const { password } = options;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'sotto-redis-'));
  const all = argumentsFor(folder, port, options);
  let child: ChildProcess;
  let exited: Promise<unknown>;
  const begin = async (): Promise<void> => {
    let output = '';
    child = spawn(redisBinary, all, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
    child.on('error', (error) => (output += String(error)));
    exited = once(child, 'exit');
    exited.catch(() => undefined);
    const deadline = Date.now() + START_MS;
    while (child.exitCode === null && !(await answers(port, password))) {
      if (Date.now() > deadline) throw new Error(`redis-server does not answer: ${output}`);
      await setTimeout(20);
    }
    if (child.exitCode !== null) throw new Error(`redis-server ended: ${output}`);
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  await begin();
  const access = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return {
    url: `redis://${access}127.0.0.1:${port}`,
    port,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
    restart: begin,
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
