// How Redis is connected to: one link for commands, and one for what is told to subscribers.
import { openRedis } from '@sotto/sfu-worker/redis-client';
import type { RedisTarget } from '@sotto/sfu-worker/redis-url';
import { RENEW_MS } from '../room-store.ts';
import { STORE_WAIT_MS } from './breaker.ts';
import { Link } from './link.ts';

const CLIENT = {
  waitMs: STORE_WAIT_MS,
  sentinelWaitMs: STORE_WAIT_MS,
  each: {
    connectionName: 'sotto',
    // subscriptions.ts does so itself.
    autoResubscribe: false,
    maxRetriesPerRequest: 1,
  },
  cluster: { shardedSubscribers: true, slotsRefreshInterval: RENEW_MS },
} as const;

/** `onError` is told the code of what went wrong with a connection, each time. */
export const openLink = (target: RedisTarget, onError: (code: string) => void): Link =>
  new Link(openRedis(target, CLIENT, onError));
