// Tells whether a file is a mediasoup worker that runs on this machine.
import { spawnSync } from 'node:child_process';

const MISSING_VERSION_STATUS = 41; // the worker's own, when MEDIASOUP_VERSION is not set

/** @param {string} file it need not exist */
export function runsHere(file) {
  // An empty environment: the worker gives up at once, with that status, before it does anything.
  const { status } = spawnSync(file, { env: {}, stdio: 'ignore', timeout: 10_000 });
  return status === MISSING_VERSION_STATUS;
}
