// The real server as a process of its own, started as `npm start` starts it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { freePort } from '../../../sfu-worker/test/support/free-port.ts';

export { freePort };

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface ServerProcess {
  readonly url: string;
  readonly process: ChildProcess;
  /** All that it printed so far. */
  output(): string;
  /** Sends the signal and gives the exit code, null when the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const isReady = async (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Runs with these settings, in rooms that have media from the first on; `ready: false` does not wait until it serves. */
export const startServer = async (
  settings: Record<string, string>,
  { ready = true } = {},
): Promise<ServerProcess> => {
  const port = settings['PORT'] ?? String(await freePort());
  const { PATH, HOME, MEDIASOUP_WORKER_BIN } = process.env;
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH,
      HOME,
      MEDIASOUP_WORKER_BIN,
      RTC_PORT_BASE: '0',
      CALL_MODE: 'sfu-only',
      PORT: port,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  if (ready) {
    await expect
      .poll(async () => child.exitCode !== null || (await isReady(url)), { timeout: 30_000 })
      .toBe(true);
    expect(child.exitCode, output).toBeNull();
  }
  return {
    url,
    process: child,
    output: () => output,
    end: async (signal) => {
      child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
};
