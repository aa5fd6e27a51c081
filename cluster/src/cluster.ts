// Sotto as many processes on one machine: Redis, a media node, two signaling nodes, and HAProxy in front.
// All state is in a folder that goes with it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, type ChildListener, type ChildSpec } from './child.ts';
import { haproxyConfig } from './haproxy.ts';
import { givenToNodes, jwtSecret, metricsPort, newSecret } from './node-env.ts';
import { freePort, isListening, isReady, until } from './waiting.ts';

const SIGNALING = fileURLToPath(new URL('../../signaling/src/main.ts', import.meta.url));
const MEDIA = fileURLToPath(new URL('../../sfu-worker/src/main.ts', import.meta.url));

const HOST = '127.0.0.1';

export interface ClusterOptions {
  readonly redisServer: string;
  readonly haproxy: string;
  /** Where HAProxy listens; 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** What the nodes run with, besides what they need to find each other (README, Settings). */
  readonly env: NodeJS.ProcessEnv;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

export type NodeName = 'signaling-1' | 'signaling-2';
export type ProcessName = 'redis' | 'media' | NodeName | 'haproxy';

export interface Cluster {
  /** HAProxy's; a secure context without a certificate. */
  readonly url: string;
  readonly nodeUrls: Readonly<Record<NodeName, string>>;
  readonly redisUrl: string;
  pid(name: ProcessName): number | undefined;
  /** Sends the signal and waits for the end. */
  kill(name: ProcessName, signal: NodeJS.Signals): Promise<void>;
  /** Again, with the same settings at the same port; resolves when it is ready. */
  restart(name: ProcessName): Promise<void>;
  /** Ends all of it, whoever serves people first; may be called twice. */
  close(): Promise<void>;
}

export const NODES = ['signaling-1', 'signaling-2'] as const;

/** Whether it may end without the others: its sockets go elsewhere. */
export const isSignaling = (name: string): name is NodeName => NODES.some((node) => node === name);

/** Those who hold sockets first, so that they say why; what they need last. */
const CLOSING_ORDER: readonly ProcessName[] = [...NODES, 'haproxy', 'media', 'redis'];

/** From standard input, so that the password is in no list of processes. Nothing is written to a disk. */
const redisConfig = (port: number, password: string, folder: string): string =>
  [
    `bind ${HOST}`,
    `port ${port}`,
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    `dir ${folder}`,
    '',
  ].join('\n');

export const startCluster = async (
  options: ClusterOptions,
  listener: ChildListener,
): Promise<Cluster> => {
  const folder = await mkdtemp(join(tmpdir(), 'sotto-cluster-'));
  const ports = {
    redis: await freePort(),
    media: await freePort(),
    'signaling-1': await freePort(),
    'signaling-2': await freePort(),
    haproxy: options.port === 0 ? await freePort() : options.port,
  };
  const password = newSecret();
  const redisUrl = `redis://:${password}@${HOST}:${ports.redis}`;
  const urlOf = (name: ProcessName): string => `http://${HOST}:${ports[name]}`;
  const config = join(folder, 'haproxy.cfg');
  const bind = `${options.host}:${ports.haproxy}${options.host === '::' ? ' v4v6' : ''}`;
  await writeFile(
    config,
    haproxyConfig(
      bind,
      NODES.map((name) => ({ name, port: ports[name] })),
    ),
  );

  const given = givenToNodes(options.env);
  const mediaSecret = newSecret();
  const nodeEnv: NodeJS.ProcessEnv = {
    ...given,
    HOST,
    TRUST_PROXY: '1',
    ...jwtSecret(given),
    REDIS_URL: redisUrl,
    MEDIA_URL: `ws://${HOST}:${ports.media}`,
    MEDIA_SECRET: mediaSecret,
  };
  const node = (name: NodeName, offset: number): ChildSpec => ({
    name,
    command: process.execPath,
    args: [SIGNALING],
    env: { ...nodeEnv, NODE_ID: name, PORT: String(ports[name]), ...metricsPort(given, offset) },
  });
  const child = (spec: ChildSpec): Child => new Child(spec, listener);
  const children: Readonly<Record<ProcessName, Child>> = {
    redis: child({
      name: 'redis',
      command: options.redisServer,
      args: ['-'],
      input: redisConfig(ports.redis, password, folder),
    }),
    media: child({
      name: 'media',
      command: process.execPath,
      args: [MEDIA],
      env: {
        ...given,
        NODE_ID: 'media',
        MEDIA_HOST: HOST,
        MEDIA_PORT: String(ports.media),
        MEDIA_SECRET: mediaSecret,
        ...metricsPort(given, 0),
      },
    }),
    'signaling-1': child(node('signaling-1', 1)),
    'signaling-2': child(node('signaling-2', 2)),
    haproxy: child({ name: 'haproxy', command: options.haproxy, args: ['-db', '-f', config] }),
  };

  const isUp = (name: ProcessName): Promise<boolean> =>
    name === 'redis' || name === 'media' ? isListening(ports[name]) : isReady(urlOf(name));
  const start = async (...names: readonly ProcessName[]): Promise<void> => {
    for (const name of names) children[name].start();
    const isWorthWaiting = (name: ProcessName): boolean =>
      children[name].isRunning && options.signal?.aborted !== true;
    await Promise.all(
      names.map((name) =>
        until(
          name,
          () => isUp(name),
          () => isWorthWaiting(name),
        ),
      ),
    );
  };
  const close = async (): Promise<void> => {
    for (const name of CLOSING_ORDER) await children[name].end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start('redis', 'media');
    await start(...NODES);
    await start('haproxy');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `http://localhost:${ports.haproxy}`,
    nodeUrls: { 'signaling-1': urlOf('signaling-1'), 'signaling-2': urlOf('signaling-2') },
    redisUrl,
    pid: (name) => children[name].pid,
    kill: (name, signal) => children[name].end(signal),
    restart: async (name) => {
      await children[name].end('SIGTERM');
      await start(name);
    },
    close,
  };
};
