// How Redis is connected to, by media nodes and by signaling: one server, the master that sentinels know, or a
// cluster. Commands are sent now or not at all: who calls waits and tries again itself.
import { Cluster, type ClusterOptions, type CommonRedisOptions, Redis } from 'ioredis';
import type { RedisTarget } from './redis-url.ts';

/** Longer: an outage lasts so much longer for us. Shorter: more attempts, by every process at once. */
const MOST_RETRY_MS = 500;

/** Before a connection that says nothing is asked whether it is there (TCP). */
const KEEP_ALIVE_MS = 10_000;

/** Spread, so that all who lost a server do not come back in one moment. */
const retryStrategy = (attempt: number): number =>
  Math.min(MOST_RETRY_MS, 50 * attempt) * (0.5 + Math.random() / 2);

/** A server that a failover has made a replica: ask anew who is the master. */
const reconnectOnError = (error: Error): boolean => error.message.startsWith('READONLY');

export type RedisClient = Redis | Cluster;

export interface RedisClientOptions {
  /** For a connection to be made, and without an answer until another one is tried. */
  readonly waitMs: number;
  /** For sentinels to answer. */
  readonly sentinelWaitMs: number;
  /** Of each connection. */
  readonly each: CommonRedisOptions;
  readonly cluster: ClusterOptions;
}

const connect = (target: RedisTarget, options: RedisClientOptions): RedisClient => {
  const { tls, username, password } = target;
  const each = {
    autoResendUnfulfilledCommands: false,
    connectTimeout: options.waitMs,
    socketTimeout: options.waitMs,
    keepAlive: KEEP_ALIVE_MS,
    reconnectOnError,
    ...options.each,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
  };
  const own = { ...each, enableOfflineQueue: false, retryStrategy };
  switch (target.kind) {
    case 'single':
      return new Redis({ ...own, ...target.address, db: target.db });
    case 'sentinel':
      return new Redis({
        ...own,
        sentinels: [...target.addresses],
        name: target.name,
        db: target.db,
        enableTLSForSentinelMode: tls,
        ...(tls && { sentinelTLS: {} }),
        sentinelRetryStrategy: retryStrategy,
        sentinelCommandTimeout: options.sentinelWaitMs,
      });
    case 'cluster':
      return new Cluster([...target.addresses], {
        ...options.cluster,
        enableOfflineQueue: false,
        clusterRetryStrategy: retryStrategy,
        redisOptions: each,
      });
  }
};

/** The code of an error, never its text: addresses and what was sent may be in that. */
export const redisCodeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'ReplyError') return error.message.split(' ')[0] ?? error.name;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};

/** Connects at once, and again whenever that fails; `onTrouble` is told the code of what went wrong, each time. */
export const openRedis = (
  target: RedisTarget,
  options: RedisClientOptions,
  onTrouble: (code: string) => void,
): RedisClient => {
  const client = connect(target, options);
  client.on('error', (error: unknown) => onTrouble(redisCodeOf(error)));
  return client;
};
