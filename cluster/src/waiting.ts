// Free ports, and waiting until something listens on them.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;

/** A media worker takes seconds on a busy machine. */
const START_TIMEOUT_MS = 60_000;

export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
};

/** Rejects when it takes too long, or when `isRunning` says that there is nothing to wait for. */
export const until = async (
  what: string,
  isSo: () => Promise<boolean>,
  isRunning: () => boolean,
): Promise<void> => {
  const startedAtMs = performance.now();
  while (!(await isSo())) {
    if (!isRunning()) throw new Error(`${what}: it ended; it says why above`);
    if (performance.now() - startedAtMs > START_TIMEOUT_MS) throw new Error(`${what}: not in time`);
    await sleep(LOOK_EVERY_MS);
  }
};

export const isListening = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

export const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
};
