// A Redis Cluster of a test's own: three masters, no replicas.
import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { freePort } from './server-process.ts';
import { connectTo, type RedisServer, startRedis } from './redis-server.ts';

const SLOTS = 16_384;
const MASTERS = 3;

export interface RedisCluster {
  readonly url: string;
  readonly servers: readonly RedisServer[];
  /** A connection to each server, in order. */
  readonly raws: readonly Redis[];
  /** Which server has the key's slot. */
  ownerOf(key: string): Promise<number>;
  /** Moves the key's slot, with all that is in it, to another server. */
  move(key: string, to: number): Promise<void>;
  close(): Promise<void>;
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const endMs = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error('the cluster did not come up');
    await setTimeout(100);
  }
};

const isOk = async (raw: Redis): Promise<boolean> => {
  const info = String(await raw.call('CLUSTER', 'INFO'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${MASTERS}`);
};

export const startRedisCluster = async (): Promise<RedisCluster> => {
  const busPorts = [await freePort(), await freePort(), await freePort()];
  const servers = await Promise.all(
    busPorts.map((busPort) =>
      startRedis({
        args: [
          '--cluster-enabled',
          'yes',
          '--cluster-port',
          String(busPort),
          '--cluster-node-timeout',
          '3000',
        ],
      }),
    ),
  );
  const raws = servers.map(({ port }) => connectTo(port));
  const share = Math.ceil(SLOTS / MASTERS);
  for (const [index, raw] of raws.entries()) {
    const last = Math.min(SLOTS, (index + 1) * share) - 1;
    await raw.call('CLUSTER', 'ADDSLOTSRANGE', index * share, last);
    await raw.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  }
  for (const [index, { port }] of servers.entries()) {
    await raws[0]?.call('CLUSTER', 'MEET', '127.0.0.1', port, busPorts[index] ?? 0);
  }
  await until(async () => (await Promise.all(raws.map(isOk))).every(Boolean));
  const ids = await Promise.all(raws.map(async (raw) => String(await raw.call('CLUSTER', 'MYID'))));
  const slotOf = async (key: string): Promise<number> =>
    Number(await raws[0]?.call('CLUSTER', 'KEYSLOT', key));

  const ownerOf = async (key: string): Promise<number> => {
    const slot = await slotOf(key);
    for (const [index, raw] of raws.entries()) {
      const nodes = String(await raw.call('CLUSTER', 'NODES'));
      const own = nodes.split('\n').find((line) => line.includes('myself')) ?? '';
      const ranges = own
        .split(' ')
        .slice(8)
        .filter((range) => !range.startsWith('['));
      const has = ranges.some((range) => {
        const [first = '', last = first] = range.split('-');
        return Number(first) <= slot && slot <= Number(last);
      });
      if (has) return index;
    }
    throw new Error('nobody has the slot');
  };

  const move = async (key: string, to: number): Promise<void> => {
    const [slot, from] = [await slotOf(key), await ownerOf(key)];
    const [source, target] = [raws[from], raws[to]];
    const port = servers[to]?.port;
    if (!source || !target || port === undefined || from === to) throw new Error('to whom?');
    await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from] ?? '');
    await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to] ?? '');
    for (;;) {
      const keys = await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 100);
      if (!Array.isArray(keys) || keys.length === 0) break;
      await source.call('MIGRATE', '127.0.0.1', port, '', 0, 5_000, 'KEYS', ...keys.map(String));
    }
    for (const raw of [target, source, ...raws]) {
      await raw.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to] ?? '');
    }
  };

  return {
    url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    raws,
    ownerOf,
    move,
    close: async () => {
      for (const raw of raws) raw.disconnect();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
};
