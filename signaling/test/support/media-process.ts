// A media node as a process of its own, which a test may kill and start anew at the same port.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { freePort } from './server-process.ts';

const MAIN = fileURLToPath(new URL('../../../sfu-worker/src/main.ts', import.meta.url));

export const MEDIA_SECRET = 'between-the-media-nodes-of-tests-alone';

export interface MediaProcess {
  readonly port: number;
  readonly url: string;
  /** All that it printed so far. */
  output(): string;
  /** Sends the signal and gives the exit code, null when the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** To the process and its workers, as what happens to a whole machine. */
  signalAll(signal: NodeJS.Signals): void;
  /** Of the exit, whenever that is. */
  readonly ended: Promise<number | null>;
}

const isLive = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );

/** `ready: false` does not wait until it listens. */
export const startMediaProcess = async (
  settings: Record<string, string> = {},
  { ready = true } = {},
): Promise<MediaProcess> => {
  const port = Number(settings['MEDIA_PORT'] ?? (await freePort()));
  const { PATH, HOME, MEDIASOUP_WORKER_BIN } = process.env;
  const child: ChildProcess = spawn(process.execPath, [MAIN], {
    env: {
      PATH,
      HOME,
      MEDIASOUP_WORKER_BIN,
      MEDIA_SECRET,
      MEDIA_PORT: String(port),
      MEDIA_WORKERS: '1',
      RTC_PORT_BASE: '0',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, with its workers.
    detached: true,
  });
  let output = '';
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
  const exited = once(child, 'exit');
  const ended = exited.then(() => child.exitCode);
  const signalAll = (signal: NodeJS.Signals): void => {
    const { pid } = child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // Nobody is left in it.
    }
  };
  if (ready) {
    await expect
      .poll(async () => child.exitCode !== null || (await isLive(port)), { timeout: 30_000 })
      .toBe(true);
    expect(child.exitCode, output).toBeNull();
  }
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    output: () => output,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
    signalAll,
    ended,
  };
};
