// One process at a time, for two terminals that set the same thing up. The holder touches the
// lock's file as long as it lives, so that a killed one does not block the next for long.
import { closeSync, mkdirSync, openSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onInterrupt } from './interrupt.mjs';

const TOUCH_MS = 1000;
const STALE_MS = 10_000; // ten missed touches: two cores under a full build miss a few
const RETRY_MS = 500;

/**
 * Whoever takes over a stale lock could in theory do so beside a holder that was only suspended:
 * what the lock guards must still be safe for two, and is only saved the double work.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {() => void} [onWait] called once if another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(file, work, onWait) {
  mkdirSync(dirname(file), { recursive: true });
  for (let tries = 0; !take(file); tries++) {
    if (tries === 0) onWait?.();
    if (isStale(file)) rmSync(file, { force: true });
    else await sleep(RETRY_MS);
  }
  const release = () => rmSync(file, { force: true });
  const forget = onInterrupt(release);
  const timer = setInterval(() => touch(file), TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    forget();
    release();
  }
}

/** @param {string} file */
function take(file) {
  try {
    closeSync(openSync(file, 'wx'));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} file */
function isStale(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > STALE_MS;
}

/** @param {string} file */
function touch(file) {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // Taken over while this process was suspended.
  }
}
