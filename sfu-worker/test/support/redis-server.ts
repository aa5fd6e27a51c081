// A redis-server of a test's own: on a free port, in a folder that goes with it, keeping nothing on disk.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { freePort } from './free-port.ts';
import { hasRedis, redisArguments, redisBinary } from './redis-binary.ts';

export { hasRedis };

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
      child = spawn(redisBinary, [...redisArguments(port, folder), ...args], { stdio: 'ignore' });
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
