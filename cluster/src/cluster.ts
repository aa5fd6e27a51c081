// Sotto as many processes on one machine: Redis, two media nodes that register there, two signaling nodes
// that find them, and HAProxy in front. All state is in a folder that goes with it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, type ChildListener, endsWithParent } from './child.ts';
import { haproxyConfig } from './haproxy.ts';
import {
  childSpecs,
  HOST,
  MEDIA_NODES,
  type MediaName,
  type NodeName,
  NODES,
  type ProcessName,
} from './specs.ts';
import { freePort, isListening, isReady, until } from './waiting.ts';

export type { NodeName, ProcessName } from './specs.ts';

export interface ClusterOptions {
  readonly redisServer: string;
  readonly haproxy: string;
  /** On Linux: has a process end with the one that started it, however that ends. */
  readonly setpriv?: string | undefined;
  /** Where HAProxy listens; 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** What the nodes run with, besides what they need to find each other (README, Settings). */
  readonly env: NodeJS.ProcessEnv;
  /** Ends a start that is under way, and refuses another. */
  readonly signal?: AbortSignal;
}

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

/** Whether it may end without the others: its sockets, or its rooms, go elsewhere. */
export const isReplaceable = (name: string): name is NodeName | MediaName =>
  [...NODES, ...MEDIA_NODES].some((node) => node === name);

/**
 * Those who hold sockets first, so that they say why; then media nodes, which end when nobody of signaling is
 * there any more; what all of them need last.
 */
const CLOSING_ORDER: readonly (readonly ProcessName[])[] = [
  NODES,
  ['haproxy', ...MEDIA_NODES],
  ['redis'],
];

export const startCluster = async (
  options: ClusterOptions,
  listener: ChildListener,
): Promise<Cluster> => {
  const folder = await mkdtemp(join(tmpdir(), 'sotto-cluster-'));
  const ports = {
    redis: await freePort(),
    'media-1': await freePort(),
    'media-2': await freePort(),
    'signaling-1': await freePort(),
    'signaling-2': await freePort(),
    haproxy: options.port === 0 ? await freePort() : options.port,
  };
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

  const specs = childSpecs({ ...options, folder, config, ports });
  const childOf = (name: ProcessName): Child =>
    new Child(endsWithParent(specs[name], options.setpriv), listener);
  const children: Readonly<Record<ProcessName, Child>> = {
    redis: childOf('redis'),
    'media-1': childOf('media-1'),
    'media-2': childOf('media-2'),
    'signaling-1': childOf('signaling-1'),
    'signaling-2': childOf('signaling-2'),
    haproxy: childOf('haproxy'),
  };

  const isUp = (name: ProcessName): Promise<boolean> => {
    const isServing = name === 'haproxy' || NODES.some((node) => node === name);
    return isServing ? isReady(urlOf(name)) : isListening(ports[name]);
  };
  const isWorthWaiting = (name: ProcessName): boolean =>
    children[name].isRunning && options.signal?.aborted !== true;
  const start = async (...names: readonly ProcessName[]): Promise<void> => {
    // Nobody would end what is started while all else is being ended.
    options.signal?.throwIfAborted();
    for (const name of names) children[name].start();
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
    for (const names of CLOSING_ORDER) {
      await Promise.all(names.map((name) => children[name].end('SIGTERM')));
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await start('redis', ...MEDIA_NODES);
    await start(...NODES);
    await start('haproxy');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: `http://localhost:${ports.haproxy}`,
    nodeUrls: { 'signaling-1': urlOf('signaling-1'), 'signaling-2': urlOf('signaling-2') },
    redisUrl: specs.redisUrl,
    pid: (name) => children[name].pid,
    kill: (name, signal) => children[name].end(signal),
    restart: async (name) => {
      await children[name].end('SIGTERM');
      await start(name);
    },
    close,
  };
};
