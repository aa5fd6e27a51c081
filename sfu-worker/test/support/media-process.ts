// A media node as a process of its own, as `npm run media` starts it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { connectMediaNode, type RemoteMediaNode } from '../../src/remote-media-node.ts';
import { freePort } from './free-port.ts';
import { connected, SECRET, SILENT } from './media-world.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface MediaProcess {
  readonly url: string;
  /** All that it printed so far. */
  output(): string;
  isLive(): Promise<boolean>;
  /** As a signaling process does; the caller closes it. */
  connect(): Promise<RemoteMediaNode>;
  signal(signal: NodeJS.Signals): void;
  /** The exit code, null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

const running = new Set<ChildProcess>();

/** For `afterEach`: whatever still runs of those that were started. */
export const killMediaProcesses = async (): Promise<void> => {
  for (const child of running) {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
};

export const startMediaProcess = async (
  settings: Record<string, string> = {},
): Promise<MediaProcess> => {
  const port = await freePort();
  const { PATH, HOME, MEDIASOUP_WORKER_BIN } = process.env;
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH,
      HOME,
      MEDIASOUP_WORKER_BIN,
      MEDIA_SECRET: SECRET.replaceAll(' ', '-'),
      MEDIA_PORT: String(port),
      MEDIA_WORKERS: '1',
      RTC_PORT_BASE: '0',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const exited = once(child, 'exit').then(() => {
    running.delete(child);
    return child.exitCode;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => (output += data.toString()));
  }
  const isLive = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect
    .poll(async () => child.exitCode !== null || (await isLive()), { timeout: 30_000 })
    .toBe(true);
  expect(child.exitCode, output).toBeNull();
  const url = `ws://127.0.0.1:${port}`;
  return {
    url,
    output: () => output,
    isLive,
    connect: async () => {
      const node = connectMediaNode({ url, secret: SECRET.replaceAll(' ', '-'), log: SILENT });
      await connected(node);
      return node;
    },
    signal: (signal) => void child.kill(signal),
    exited,
  };
};
