// A master, a replica and three sentinels of a test's own.
import { setTimeout } from 'node:timers/promises';
import { connectTo, type RedisServer, startRedis } from './redis-server.ts';

const SENTINELS = 3;
const NAME = 'meetings';

export interface RedisSentinel {
  readonly url: string;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** From now on the replica gets nothing of what the master is told, and does not know of it. */
  cutOff(): Promise<void>;
  close(): Promise<void>;
}

const until = async (what: string, condition: () => Promise<boolean>): Promise<void> => {
  const endMs = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > endMs) throw new Error(`it never came to be: ${what}`);
    await setTimeout(100);
  }
};

const ask = async (port: number, ...command: [string, ...string[]]): Promise<string> => {
  const raw = connectTo(port);
  try {
    const [name, ...args] = command;
    return JSON.stringify(await raw.call(name, ...args));
  } finally {
    raw.disconnect();
  }
};

export const startRedisSentinel = async (): Promise<RedisSentinel> => {
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  const isLinked = async (): Promise<boolean> =>
    (await ask(replica.port, 'INFO', 'replication')).includes('master_link_status:up');
  await until('a replica', isLinked);
  const config = [
    `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${NAME} 2000`,
    `sentinel failover-timeout ${NAME} 10000`,
  ];
  const sentinels = await Promise.all(
    Array.from({ length: SENTINELS }, () => startRedis({ sentinel: config })),
  );
  for (const { port } of sentinels) {
    await until('sentinels that know each other and the replica', async () => {
      const known = await ask(port, 'SENTINEL', 'MASTER', NAME);
      return known.includes('"num-other-sentinels","2"') && known.includes('"num-slaves","1"');
    });
  }
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${NAME}`,
    master,
    replica,
    cutOff: async () => {
      // Halted first, so that it cannot ask again for what it misses.
      replica.freeze();
      await ask(master.port, 'CLIENT', 'KILL', 'TYPE', 'replica');
    },
    close: async () => {
      replica.thaw();
      await Promise.all([...sentinels, replica, master].map((server) => server.close()));
    },
  };
};
