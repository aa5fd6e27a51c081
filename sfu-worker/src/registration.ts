// A media node tells signaling in Redis that it is there, and where (PROTOCOL M16). That Redis is away
// changes nothing else for it.
import { setTimeout as delay } from 'node:timers/promises';
import type { MediaLog } from './media-log.ts';
import { NODE_BEAT_MS, NODE_LEASE_MS, NODES_KEY } from './node-registry.ts';
import { openRedis, redisCodeOf, type RedisClient } from './redis-client.ts';
import { parseRedisUrl } from './redis-url.ts';

/** What is left of lives that ended without a word stays for so long. */
const ENDED_KEPT_MS = 60_000;

/** One beat may fall into the moment of a reconnection. */
const AWAY_AFTER_BEATS = 2;

/** Where Redis does not answer, the lease ends by itself. */
const CLOSE_WAIT_MS = 1_000;

/**
 * KEYS: nodes. ARGV: 1 nodeId, 2 its URL as JSON, 3 length of a lease, 4 how long ended ones are kept. All by
 * Redis' own clock. Redis 7: scripts are replicated by their effects.
 */
const BEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local value = string.format('{"url":%s,"untilMs":%d}', ARGV[2], now + ARGV[3])
redis.call('HSET', KEYS[1], ARGV[1], value)
local all = redis.call('HGETALL', KEYS[1])
for index = 1, #all, 2 do
  local ended = tonumber(string.match(all[index + 1], '"untilMs":(%d+)') or 0)
  if ended + ARGV[4] < now then redis.call('HDEL', KEYS[1], all[index]) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[3] + ARGV[4])
return now
`;

/** Longer: a connection that leads nowhere is given up later. */
const CONNECT_WAIT_MS = 5_000;

/** Longer: it is found out later that Redis does not answer. */
const ANSWER_WAIT_MS = 2_000;

/**
 * It asks for nothing by itself that an ACL user would need a right for, but `CLUSTER SLOTS` in a cluster and
 * `SELECT` for a database.
 */
const CLIENT = {
  waitMs: CONNECT_WAIT_MS,
  sentinelWaitMs: ANSWER_WAIT_MS,
  each: {
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_WAIT_MS,
    enableReadyCheck: false,
    disableClientInfo: true,
  },
  cluster: { enableReadyCheck: false },
} as const;

export interface RegistrationOptions {
  readonly redisUrl: string;
  readonly nodeId: string;
  /** Where signaling connects to. */
  readonly url: string;
  readonly log: MediaLog;
}

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #client: RedisClient;
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<void> | undefined;
  #failed = 0;
  /** Undefined until there has been an answer, or none for long enough. */
  #isAway: boolean | undefined;
  /** What a connection failed of last; a beat without one says only that there is none. */
  #trouble: string | undefined;
  #closing: Promise<void> | undefined;

  /** Begins at once, and waits for nothing. Throws RangeError for a URL of Redis that is none. */
  constructor(options: RegistrationOptions) {
    this.#options = options;
    const target = parseRedisUrl(options.redisUrl);
    this.#client = openRedis(target, CLIENT, (code) => (this.#trouble = code));
    this.#client.on('ready', () => this.#beatOnce());
    this.#timer = setInterval(() => this.#beatOnce(), NODE_BEAT_MS);
    this.#timer.unref();
  }

  /** Takes the node off the list, as far as Redis answers. May be called twice. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    const timeout = new AbortController();
    const inTime = delay(CLOSE_WAIT_MS, undefined, { signal: timeout.signal }).catch(
      () => undefined,
    );
    await Promise.race([this.#takeOff(), inTime]);
    timeout.abort();
    this.#client.disconnect();
  }

  async #takeOff(): Promise<void> {
    await this.#beating;
    await this.#client.hdel(NODES_KEY, this.#options.nodeId).catch(() => undefined);
  }

  /** One at a time: a beat that waits for Redis is as good as another. */
  #beatOnce(): void {
    if (this.#beating !== undefined || this.#closing !== undefined) return;
    this.#beating = this.#beat().finally(() => {
      this.#beating = undefined;
    });
  }

  async #beat(): Promise<void> {
    const { nodeId, url } = this.#options;
    try {
      const args = [nodeId, JSON.stringify(url), NODE_LEASE_MS, ENDED_KEPT_MS];
      await this.#client.eval(BEAT, 1, NODES_KEY, ...args);
      this.#onAnswer();
    } catch (error) {
      this.#onFailure(redisCodeOf(error));
    }
  }

  #onAnswer(): void {
    this.#failed = 0;
    this.#trouble = undefined;
    if (this.#isAway === false) return;
    this.#isAway = false;
    this.#options.log.info({ node: this.#options.nodeId }, 'registered in Redis');
  }

  #onFailure(code: string): void {
    this.#failed += 1;
    if (this.#isAway === true || this.#failed < AWAY_AFTER_BEATS) return;
    if (this.#closing !== undefined) return;
    this.#isAway = true;
    this.#options.log.warn({ code: this.#trouble ?? code }, 'Redis does not take the registration');
  }
}
