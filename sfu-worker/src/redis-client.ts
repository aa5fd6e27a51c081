// A media node's connection to Redis, for what is said there now or not at all: one server, the master that
// sentinels know, or a cluster. It asks for nothing by itself that an ACL user would need a right for, but
// `CLUSTER SLOTS` in a cluster and `SELECT` for a database.
import { Cluster, Redis } from 'ioredis';
import type { RedisTarget } from './redis-url.ts';

/** Longer: a connection that leads nowhere is given up later. */
const CONNECT_WAIT_MS = 5_000;

/** Longer: it is found out later that Redis does not answer. */
const ANSWER_WAIT_MS = 2_000;

/** Longer: an outage lasts so much longer for us. Shorter: more attempts, by every process at once. */
const MOST_RETRY_MS = 500;

/** Before a connection that says nothing is asked whether it is there (TCP). */
const KEEP_ALIVE_MS = 10_000;

/** Spread, so that all who lost a server do not come back in one moment. */
const retryStrategy = (attempt: number): number =>
  Math.min(MOST_RETRY_MS, 50 * attempt) * (0.5 + Math.random() / 2);

/** A server that a failover has made a replica: ask anew who is the master. */
const reconnectOnError = (error: Error): boolean => error.message.startsWith('READONLY');

const OPTIONS = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: CONNECT_WAIT_MS,
  commandTimeout: ANSWER_WAIT_MS,
  socketTimeout: CONNECT_WAIT_MS,
  keepAlive: KEEP_ALIVE_MS,
  enableReadyCheck: false,
  disableClientInfo: true,
  reconnectOnError,
} as const;

export type RedisClient = Redis | Cluster;

const connect = (target: RedisTarget): RedisClient => {
  const { tls, username, password } = target;
  const access = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
  };
  switch (target.kind) {
    case 'single':
      return new Redis({ ...OPTIONS, ...access, ...target.address, db: target.db, retryStrategy });
    case 'sentinel':
      return new Redis({
        ...OPTIONS,
        ...access,
        sentinels: [...target.addresses],
        name: target.name,
        db: target.db,
        enableTLSForSentinelMode: tls,
        ...(tls && { sentinelTLS: {} }),
        sentinelRetryStrategy: retryStrategy,
        sentinelCommandTimeout: ANSWER_WAIT_MS,
        retryStrategy,
      });
    case 'cluster': {
      const { enableOfflineQueue, ...redisOptions } = OPTIONS;
      return new Cluster([...target.addresses], {
        enableOfflineQueue,
        enableReadyCheck: false,
        clusterRetryStrategy: retryStrategy,
        redisOptions: { ...redisOptions, ...access },
      });
    }
  }
};

/** The code of an error, never its text: addresses and what was sent may be in that. */
export const redisCodeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'ReplyError') return error.message.split(' ')[0] ?? error.name;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};

/** Connects at once, and again whenever that fails; `onTrouble` is told the code of what went wrong. */
export const openRedis = (target: RedisTarget, onTrouble: (code: string) => void): RedisClient => {
  const client = connect(target);
  client.on('error', (error: unknown) => onTrouble(redisCodeOf(error)));
  return client;
};
