// Media nodes that tell of themselves in Redis, and what its outages do to them: nothing (PROTOCOL M16).
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { NODE_LEASE_MS, NODES_KEY, parseRegisteredNode } from '../src/node-registry.ts';
import { Registration } from '../src/registration.ts';
import { freePort } from './support/free-port.ts';
import { killMediaProcesses, startMediaProcess } from './support/media-process.ts';
import { openRoom } from './support/media-world.ts';
import { hasRedis, prepareRedis, startRedis, type RedisServer } from './support/redis-server.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await killMediaProcesses();
  for (const end of endings.splice(0).toReversed()) await end();
});

const serve = async (...args: string[]): Promise<RedisServer> => {
  const redis = await startRedis(args);
  endings.push(() => redis.close());
  return redis;
};

const urlOf = ({ port }: RedisServer, user = ''): string => `redis://${user}127.0.0.1:${port}`;

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly code?: unknown;
}

const register = (redisUrl: string, nodeId = 'media.1', url = 'ws://10.0.0.2:4000') => {
  const lines: Line[] = [];
  const at =
    (level: string) =>
    ({ code }: Readonly<Record<string, unknown>>, msg: string): void =>
      void lines.push({ level, msg, ...(code !== undefined && { code }) });
  const log = { info: at('info'), warn: at('warn'), error: at('error') };
  const registration = new Registration({ redisUrl, nodeId, url, log });
  endings.push(() => registration.close());
  return { registration, lines };
};

const REGISTERED = { level: 'info', msg: 'registered in Redis' };
const away = (code: unknown = expect.any(String)) => ({
  level: 'warn',
  msg: 'Redis does not take the registration',
  code,
});

const listed = async ({ admin }: RedisServer): Promise<readonly string[]> =>
  (await admin.hkeys(NODES_KEY)).toSorted();
const find = async ({ admin }: RedisServer, nodeId = 'media.1') =>
  parseRegisteredNode((await admin.hget(NODES_KEY, nodeId)) ?? '');
const urlsListed = async ({ admin }: RedisServer): Promise<readonly string[]> =>
  (await admin.hvals(NODES_KEY)).map((text) => parseRegisteredNode(text)?.url ?? text);
const redisNow = async ({ admin }: RedisServer): Promise<number> =>
  Number((await admin.time())[0]) * 1_000;

/** The least that a media node needs; in a cluster `CLUSTER SLOTS` too. */
const RIGHTS = ['-@all', '+eval', '+time', '+hset', '+hgetall', '+hdel', '+pexpire'];

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

const makeCertificate = (folder: string): readonly [cert: string, key: string] => {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
  const named = '-subj /CN=localhost -addext subjectAltName=DNS:localhost';
  const args = `${made} ${named}`.split(' ');
  execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return [cert, key];
};

describe.runIf(hasRedis)('registration in Redis', () => {
  it('M16 a node is listed with its door and the end of its lease, and renews that', async () => {
    const redis = await serve();
    register(urlOf(redis));
    await expect.poll(() => find(redis)).toBeDefined();
    const first = await find(redis);
    expect(first?.url).toBe('ws://10.0.0.2:4000');
    const untilMs = first?.untilMs ?? 0;
    const now = await redisNow(redis);
    expect(untilMs).toBeGreaterThan(now);
    // The time as it is read here is of whole seconds.
    expect(untilMs).toBeLessThanOrEqual(now + 1_000 + NODE_LEASE_MS);
    await expect
      .poll(async () => (await find(redis))?.untilMs, { timeout: 10_000 })
      .toBeGreaterThan(untilMs);
  });

  it('M16 each life of each node has its own field, and takes only that one along', async () => {
    const redis = await serve();
    const one = register(urlOf(redis), 'media.1');
    register(urlOf(redis), 'media.2', 'wss://[::1]');
    await expect.poll(() => listed(redis)).toEqual(['media.1', 'media.2']);
    expect((await find(redis, 'media.2'))?.url).toBe('wss://[::1]');
    await Promise.all([one.registration.close(), one.registration.close()]);
    expect(await listed(redis)).toEqual(['media.2']);
    expect(one.lines).toEqual([REGISTERED]);
  });

  it('M16 lives that ended without a word are forgotten a minute later', async () => {
    const redis = await serve();
    const now = await redisNow(redis);
    const ended = (agoMs: number) => JSON.stringify({ url: 'ws://a', untilMs: now - agoMs });
    await redis.admin.hset(NODES_KEY, { long: ended(70_000), just: ended(5_000), odd: 'what' });
    register(urlOf(redis));
    await expect.poll(() => listed(redis)).toEqual(['just', 'media.1']);
    expect(await redis.admin.pttl(NODES_KEY)).toBeGreaterThan(0);
  });

  it('M16 it needs no right but those over its key', async () => {
    const redis = await serve();
    await redis.admin.acl('SETUSER', 'media', 'on', '>hunter2', `~${NODES_KEY}`, ...RIGHTS);
    const { registration, lines } = register(urlOf(redis, 'media:hunter2@'));
    await expect.poll(() => listed(redis)).toEqual(['media.1']);
    await registration.close();
    expect(await listed(redis)).toEqual([]);
    expect(lines).toEqual([REGISTERED]);

    // The same user elsewhere, and with fewer rights here: that they are what counts.
    await redis.admin.acl('SETUSER', 'media', 'resetkeys', '~other');
    const refused = register(urlOf(redis, 'media:hunter2@'));
    await expect.poll(() => refused.lines, { timeout: 10_000 }).toEqual([away('NOPERM')]);
    expect(await listed(redis)).toEqual([]);
  });

  it('M16 a wrong password is said once, and not repeated; with the right one it is listed', async () => {
    const redis = await serve();
    await redis.admin.acl('SETUSER', 'media', 'on', '>other', `~${NODES_KEY}`, ...RIGHTS);
    const { lines } = register(urlOf(redis, 'media:hunter2@'));
    await expect.poll(() => lines, { timeout: 10_000 }).toEqual([away('WRONGPASS')]);
    await redis.admin.acl('SETUSER', 'media', '>hunter2');
    await expect.poll(() => listed(redis), { timeout: 10_000 }).toEqual(['media.1']);
    await expect.poll(() => lines).toEqual([away('WRONGPASS'), REGISTERED]);
  });

  it('M16 Redis may be away when a node starts, and lose all: the node is listed when it is back', async () => {
    const redis = await prepareRedis();
    endings.push(() => redis.close());
    const { lines } = register(urlOf(redis));
    await expect.poll(() => lines, { timeout: 10_000 }).toEqual([away('ECONNREFUSED')]);
    await redis.start();
    await expect.poll(() => listed(redis), { timeout: 10_000 }).toEqual(['media.1']);
    await redis.admin.flushall();
    await expect.poll(() => listed(redis), { timeout: 10_000 }).toEqual(['media.1']);
    await redis.kill();
    await expect.poll(() => lines, { timeout: 10_000 }).toHaveLength(3);
    await redis.start();
    await expect.poll(() => listed(redis), { timeout: 10_000 }).toEqual(['media.1']);
    await expect.poll(() => lines).toEqual([away(), REGISTERED, away(), REGISTERED]);
  });

  it('M16 a Redis that answers nothing is away, and keeps nobody from ending', async () => {
    const redis = await serve();
    const { registration, lines } = register(urlOf(redis));
    await expect.poll(() => lines).toEqual([REGISTERED]);
    redis.freeze();
    await expect.poll(() => lines, { timeout: 20_000 }).toEqual([REGISTERED, away()]);
    await registration.close();
    redis.thaw();
    expect(lines).toHaveLength(2);
  });

  it('M16 in a cluster it is the same, with the right to ask for its map', async () => {
    const bus = ['--cluster-port', String(await freePort())];
    const place = ['--cluster-announce-ip', '127.0.0.1'];
    const redis = await serve('--cluster-enabled', 'yes', ...bus, ...place);
    await redis.admin.cluster('ADDSLOTSRANGE', 0, 16_383);
    await expect
      .poll(async () => String(await redis.admin.call('CLUSTER', 'INFO')), { timeout: 10_000 })
      .toContain('cluster_state:ok');
    const rights = [...RIGHTS, '+cluster|slots'];
    await redis.admin.acl('SETUSER', 'media', 'on', '>hunter2', `~${NODES_KEY}`, ...rights);
    const url = `redis+cluster://media:hunter2@127.0.0.1:${redis.port}`;
    const { registration, lines } = register(url);
    await expect.poll(() => listed(redis), { timeout: 10_000 }).toEqual(['media.1']);
    await registration.close();
    expect(await listed(redis)).toEqual([]);
    expect(lines).toEqual([REGISTERED]);
  });

  describe('of a process', () => {
    it('M16 it is listed at the address that it listens on, while it drains too, and no longer', async () => {
      const redis = await serve();
      const media = await startMediaProcess({ REDIS_URL: urlOf(redis), NODE_ID: 'tokyo' });
      await expect.poll(() => urlsListed(redis)).toEqual([media.url]);
      const node = await media.connect();
      endings.push(() => node.close());
      expect(await listed(redis)).toEqual([node.nodeId]);
      expect(node.nodeId).toMatch(/^tokyo\./);
      const room = await openRoom(node);
      media.signal('SIGTERM');
      await expect.poll(() => node.load()[0]?.draining).toBe(true);
      const before = await find(redis, node.nodeId);
      const renewed = async () => (await find(redis, node.nodeId))?.untilMs ?? 0;
      await expect.poll(renewed, { timeout: 10_000 }).toBeGreaterThan(before?.untilMs ?? 0);
      await node.closeRoom(room.key);
      expect(await media.exited).toBe(0);
      expect(await listed(redis)).toEqual([]);
    });

    it('M16 it is listed as it is announced; who is killed leaves a lease that ends', async () => {
      const redis = await serve();
      const url = 'wss://media.example';
      const settings = { REDIS_URL: urlOf(redis), MEDIA_HOST: '::', MEDIA_ANNOUNCED_URL: url };
      const media = await startMediaProcess(settings);
      await expect.poll(() => urlsListed(redis)).toEqual([url]);
      media.signal('SIGKILL');
      expect(await media.exited).toBeNull();
      expect(await urlsListed(redis)).toEqual([url]);
    });

    it.skipIf(!hasOpenssl)(
      'M16 it speaks TLS with Redis, and only with the one it knows',
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'sotto-tls-'));
        endings.push(async () => rmSync(folder, { recursive: true, force: true }));
        const [cert, key] = makeCertificate(folder);
        const port = String(await freePort());
        const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', 'no'];
        const redis = await serve('--tls-port', port, ...files);
        const settings = { REDIS_URL: `rediss://localhost:${port}`, NODE_ID: 'known' };
        const media = await startMediaProcess({ ...settings, NODE_EXTRA_CA_CERTS: cert });
        await expect.poll(() => urlsListed(redis), { timeout: 10_000 }).toEqual([media.url]);
        const stranger = await startMediaProcess({ ...settings, NODE_ID: 'stranger' });
        await expect
          .poll(() => stranger.output(), { timeout: 10_000 })
          .toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
        expect(await urlsListed(redis)).toEqual([media.url]);
      },
    );

    it('M16 without Redis it serves all the same, ends in order, and tells no secret', async () => {
      const redis = await serve();
      await redis.admin.acl('SETUSER', 'media', 'on', '>other', `~${NODES_KEY}`, ...RIGHTS);
      const media = await startMediaProcess({ REDIS_URL: urlOf(redis, 'media:hunter2@') });
      await expect.poll(() => media.output(), { timeout: 10_000 }).toContain('WRONGPASS');
      const node = await media.connect();
      endings.push(() => node.close());
      await (await openRoom(node)).peer().openSend();
      await node.close();
      media.signal('SIGTERM');
      expect(await media.exited).toBe(0);
      expect(media.output()).not.toContain('hunter2');
      expect(media.output().match(/WRONGPASS/g)).toHaveLength(1);
    });
  });
});
