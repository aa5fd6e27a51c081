// A redis-server of a test's own: on a free port, in a folder that goes with it, keeping nothing on disk.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { freePort } from './free-port.ts';

const PLACES = [
  '/usr/bin/redis-server',
  '/usr/local/bin/redis-server',
  '/opt/homebrew/bin/redis-server',
];

/** Where scripts/lib/tools.mjs found it, or where it usually is. */
const binary = process.env['SOTTO_REDIS_SERVER'] ?? PLACES.find((file) => existsSync(file));

/** False: `npm test` has said that what needs it is left out. */
export const hasRedis = binary !== undefined;

export interface RedisServer {
  readonly port: number;
  /** The test's own connection, for what a media node may not do. */
  readonly admin: Redis;
  /** It keeps its connections and answers nothing, until it is thawed. */
  freeze(): void;
  thaw(): void;
  /** As when its machine loses power. */
  kill(): Promise<void>;
  /** Empty, at the same address: the first time, or after it was killed. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Not started yet. */
export const prepareRedis = async (args: readonly string[] = []): Promise<RedisServer> => {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'sotto-redis-'));
  const admin = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 20, lazyConnect: true });
  admin.on('error', () => undefined);
  let child: ChildProcess | undefined;
  const answer = (): Promise<string> => admin.ping().catch(() => 'none');
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    port,
    admin,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill,
    start: async () => {
      const common = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
      const quiet = ['--save', '', '--appendonly', 'no', '--loglevel', 'warning'];
      child = spawn(binary ?? 'redis-server', [...common, ...quiet, ...args], { stdio: 'ignore' });
      await expect.poll(answer, { timeout: 20_000 }).toBe('PONG');
    },
    close: async () => {
      admin.disconnect();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export const startRedis = async (args: readonly string[] = []): Promise<RedisServer> => {
  const redis = await prepareRedis(args);
  await redis.start();
  return redis;
};
