// Which processes a cluster has, and what each is started with. Secrets are made anew each time.
import { fileURLToPath } from 'node:url';
import type { ChildSpec } from './child.ts';
import { givenToNodes, jwtSecret, mediaPorts, metricsPort, newSecret } from './node-env.ts';

const SIGNALING = fileURLToPath(new URL('../../signaling/src/main.ts', import.meta.url));
const MEDIA = fileURLToPath(new URL('../../sfu-worker/src/main.ts', import.meta.url));

export const HOST = '127.0.0.1';

export const NODES = ['signaling-1', 'signaling-2'] as const;
export const MEDIA_NODES = ['media-1', 'media-2'] as const;

export type NodeName = (typeof NODES)[number];
export type MediaName = (typeof MEDIA_NODES)[number];
export type ProcessName = 'redis' | MediaName | NodeName | 'haproxy';

export interface SpecOptions {
  readonly redisServer: string;
  readonly haproxy: string;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  /** HAProxy's. */
  readonly config: string;
  readonly ports: Readonly<Record<ProcessName, number>>;
}

export type ChildSpecs = Readonly<Record<ProcessName, ChildSpec>> & { readonly redisUrl: string };

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

export const childSpecs = (options: SpecOptions): ChildSpecs => {
  const { ports } = options;
  const password = newSecret();
  const redisUrl = `redis://:${password}@${HOST}:${ports.redis}`;
  const given = givenToNodes(options.env);
  // Without a list of media nodes: they register, and are found.
  const shared = { REDIS_URL: redisUrl, MEDIA_SECRET: newSecret() };
  const secret = jwtSecret(given);
  const nodeSpec = (name: ProcessName, main: string, env: NodeJS.ProcessEnv): ChildSpec => ({
    name,
    command: process.execPath,
    args: [main],
    env: { ...given, ...shared, NODE_ID: name, ...env },
  });
  const signaling = (name: NodeName, offset: number): ChildSpec =>
    nodeSpec(name, SIGNALING, {
      HOST,
      PORT: String(ports[name]),
      TRUST_PROXY: '1',
      ...secret,
      ...metricsPort(given, MEDIA_NODES.length + offset),
    });
  const media = (name: MediaName, offset: number): ChildSpec =>
    nodeSpec(name, MEDIA, {
      MEDIA_HOST: HOST,
      MEDIA_PORT: String(ports[name]),
      ...mediaPorts(given, offset),
      ...metricsPort(given, offset),
    });
  return {
    redisUrl,
    redis: {
      name: 'redis',
      command: options.redisServer,
      args: ['-'],
      input: redisConfig(ports.redis, password, options.folder),
    },
    'media-1': media('media-1', 0),
    'media-2': media('media-2', 1),
    'signaling-1': signaling('signaling-1', 0),
    'signaling-2': signaling('signaling-2', 1),
    haproxy: { name: 'haproxy', command: options.haproxy, args: ['-db', '-f', options.config] },
  };
};
