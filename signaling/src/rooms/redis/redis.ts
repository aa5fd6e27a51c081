// All that this process has to do with Redis: its connections, whether it answers, and the store of rooms
// and the leases of processes that are kept there.
import { Cluster } from 'ioredis';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../../clock.ts';
import type { Rates } from '../../rates.ts';
import type { NodeLeases } from '../node-leases.ts';
import type { RoomStore } from '../room-store.ts';
import { Breaker } from './breaker.ts';
import { Calls } from './calls.ts';
import { openLink } from './connections.ts';
import { keySlot } from './key-slot.ts';
import type { Client, Link } from './link.ts';
import { createRedisNodeLeases } from './redis-node-leases.ts';
import { createRedisRates } from './redis-rates.ts';
import { createRedisRoomStore } from './redis-room-store.ts';
import { RedisTime } from './redis-time.ts';
import { parseRedisUrl } from '@sotto/sfu-worker/redis-url';
import { ScriptRunner } from './script-runner.ts';
import { Subscriptions } from './subscriptions.ts';

export interface RedisDeps {
  /** Of the beat of leases alone; how long Redis is waited for is told by the system's. */
  readonly clock: Clock;
  readonly log: Logger;
  /** Of log that rooms keep behind their snapshot. */
  readonly logBytes?: number;
}

export interface Redis {
  readonly store: RoomStore;
  readonly leases: NodeLeases;
  readonly rates: Rates;
  /** For what others keep there, to look at. */
  readonly scripts: Pick<ScriptRunner, 'look'>;
  /** Whether Redis answered last, or has yet to be found silent, and tells what happens in rooms. */
  isAnswering(): boolean;
  /** Gives the lease back and ends the connections; the store and the leases with them. */
  close(): Promise<void>;
}

/** Goes on whatever is done to the clock of the day. */
const monotonic: Clock = {
  now: () => performance.now(),
  after: (ms, task) => systemClock.after(ms, task),
};

/** Says each trouble once, until the connection is up again. */
const openNamed = (url: string, log: Logger, link: 'commands' | 'subscriptions'): Link => {
  const said = new Set<string>();
  const opened = openLink(parseRedisUrl(url), (code) => {
    if (said.has(code)) return;
    said.add(code);
    log.warn({ link, code }, 'Redis connection failed');
  });
  opened.whenUp(() => said.clear());
  return opened;
};

const ownerIn =
  (client: Client) =>
  (channel: string): string | undefined =>
    client instanceof Cluster ? client.slots[keySlot(channel)]?.[0] : undefined;

/** Connects at once, and again whenever that fails. Throws RangeError for a URL that is none. */
export const createRedis = (url: string, deps: RedisDeps): Redis => {
  const { clock, log, logBytes } = deps;
  let isClosed = false;
  const breaker = new Breaker(
    monotonic,
    () => isClosed || log.warn('Redis does not answer'),
    () => isClosed || log.info('Redis answers'),
  );
  const commands = openNamed(url, log, 'commands');
  const listening = openNamed(url, log, 'subscriptions');
  const redisTime = new RedisTime(monotonic);
  const calls = new Calls(commands, breaker, monotonic);
  const scripts = new ScriptRunner(commands.client, calls, redisTime);
  commands.whenUp(() => breaker.answered());
  commands.whenDown(() => breaker.foundSilent());
  // How it fares with subscriptions says nothing of commands.
  const hearing = new Breaker(
    monotonic,
    () => undefined,
    () => undefined,
  );
  listening.whenUp(() => hearing.answered('all'));
  listening.whenDown(() => hearing.foundSilent());
  const onError = (error: unknown): void => {
    if (!isClosed) log.debug({ code: error instanceof Error ? error.name : 'unknown' }, 'Redis');
  };
  const subscriptions = new Subscriptions({
    link: listening,
    ownerOf: ownerIn(listening.client),
    calls: new Calls(listening, hearing, monotonic),
    time: monotonic,
    onError,
  });
  const { client } = commands;
  const store = createRedisRoomStore({
    client,
    calls,
    scripts,
    subscriptions,
    ...(logBytes !== undefined && { logBytes }),
  });
  const leases = createRedisNodeLeases({ clock, link: commands, scripts, redisTime, onError });
  // A connection that leads nowhere is found out by asking.
  leases.watch(() => subscriptions.check());
  return {
    store,
    leases,
    rates: createRedisRates(scripts, () => breaker.isAnswering),
    scripts,
    isAnswering: () => breaker.isAnswering && listening.isUp,
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await leases.close();
      await store.close();
      commands.close();
      listening.close();
    },
  };
};
