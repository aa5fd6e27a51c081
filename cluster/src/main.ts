// What `npm run cluster` runs: starts a cluster, says where it is, and ends all of it on a signal or when
// what the others need ends by itself; a signaling node or a media node is started again. Each process's
// lines are told apart by its name.
import { type Cluster, isReplaceable, startCluster } from './cluster.ts';
import { MEDIA_NODES, NODES, type ProcessName } from './specs.ts';
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

let running: Cluster | null = null;

const startAgain = async (cluster: Cluster, name: ProcessName): Promise<void> => {
  try {
    await cluster.restart(name);
    print(name, `process ${cluster.pid(name)}`);
  } catch (error) {
    if (!ending.signal.aborted) print(name, String(error));
    end(1);
  }
};

const starting = startCluster(
  {
    redisServer,
    haproxy,
    setpriv: findTool('SOTTO_SETPRIV'),
    port: Number(process.env['PORT'] ?? 3000),
    host: process.env['HOST'] ?? '::',
    env: process.env,
    signal: ending.signal,
  },
  {
    onLine: print,
    onUnexpectedEnd: (name, how) => {
      // What Ctrl-C in a terminal sends comes to all of them at once.
      if (ending.signal.aborted) return;
      const told = `ended unexpectedly (${how})`;
      if (running !== null && isReplaceable(name)) {
        print(name, `${told}: it is started again`);
        void startAgain(running, name);
      } else {
        print(name, `${told}: all others are ended`);
        end(1);
      }
    },
  },
);
const announce = async (): Promise<void> => {
  try {
    running = await starting;
    for (const [name, nodeUrl] of Object.entries(running.nodeUrls)) print(name, nodeUrl);
    for (const name of [...NODES, ...MEDIA_NODES]) print(name, `process ${running.pid(name)}`);
    print('haproxy', `ready: ${running.url}`);
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
