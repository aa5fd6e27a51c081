// How Redis is connected to: one link for commands, and one for what is told to subscribers.
import { Cluster, Redis } from 'ioredis';
import { RENEW_MS } from '../room-store.ts';
import { STORE_WAIT_MS } from './breaker.ts';
import { Link } from './link.ts';
import type { RedisTarget } from '@sotto/sfu-worker/redis-url';

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
  connectionName: 'sotto',
  // calls.ts waits and tries again itself: nothing is to be sent behind its back.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 1,
  connectTimeout: STORE_WAIT_MS,
  // Without an answer for so long, another connection is tried: this one may lead nowhere.
  socketTimeout: STORE_WAIT_MS,
  keepAlive: KEEP_ALIVE_MS,
  reconnectOnError,
} as const;

const connect = (target: RedisTarget): Redis | Cluster => {
  const { tls, username, password } = target;
  const access = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
  };
  switch (target.kind) {
    case 'single':
      return new Redis({
        ...OPTIONS,
        ...access,
        ...target.address,
        db: target.db,
        retryStrategy,
      });
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
        sentinelCommandTimeout: STORE_WAIT_MS,
        retryStrategy,
      });
    case 'cluster': {
      const { enableOfflineQueue, ...redisOptions } = OPTIONS;
      return new Cluster([...target.addresses], {
        enableOfflineQueue,
        shardedSubscribers: true,
        slotsRefreshInterval: RENEW_MS,
        clusterRetryStrategy: retryStrategy,
        redisOptions: { ...redisOptions, ...access },
      });
    }
  }
};

/** The code of an error, never its text: addresses and what was sent may be in that. */
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'ReplyError') return error.message.split(' ')[0] ?? error.name;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};

/** `onError` is told the code of what went wrong with a connection, each time. */
export const openLink = (target: RedisTarget, onError: (code: string) => void): Link => {
  const client = connect(target);
  client.on('error', (error: unknown) => onError(codeOf(error)));
  return new Link(client);
};
