// What `npm run cluster` runs: starts a cluster, says where it is, and ends all of it on a signal or
// when one of it ends by itself. Each process's lines are told apart by its name.
import { startCluster } from './cluster.ts';
import { findTool } from './tools.ts';

const NAME_WIDTH = 'signaling-1'.length;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const print = (name: string, line: string): void => {
  process.stdout.write(`${name.padEnd(NAME_WIDTH)} | ${line}\n`);
};

const [redisServer, haproxy] = [findTool('SOTTO_REDIS_SERVER'), findTool('SOTTO_HAPROXY')];
if (redisServer === undefined || haproxy === undefined) {
  throw new Error('redis-server and haproxy are needed: `npm run cluster` brings them');
}

const ending = new AbortController();
/** Resolves with the exit code. */
const { promise: ended, resolve } = Promise.withResolvers<number>();
const end = (code: number): void => {
  resolve(code);
  ending.abort();
};
for (const signal of SIGNALS) process.on(signal, () => end(0));

const starting = startCluster(
  {
    redisServer,
    haproxy,
    port: Number(process.env['PORT'] ?? 3000),
    host: process.env['HOST'] ?? '::',
    env: process.env,
    signal: ending.signal,
  },
  {
    onLine: print,
    onUnexpectedEnd: (name, how) => {
      print(name, `ended unexpectedly (${how})`);
      end(1);
    },
  },
);
const announce = async (): Promise<void> => {
  try {
    const { url, nodeUrls } = await starting;
    for (const [name, nodeUrl] of Object.entries(nodeUrls)) print(name, nodeUrl);
    print('haproxy', `ready: ${url}`);
  } catch (error) {
    if (!ending.signal.aborted) print('cluster', String(error));
    end(1);
  }
};

await Promise.race([ended, announce()]);
process.exitCode = await ended;
// A start that was under way has ended what it had started.
const cluster = await starting.catch(() => null);
await cluster?.close();
