// mediasoup's own prebuilt worker, downloaded from its release page by its own install script.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onInterrupt } from './interrupt.mjs';
import { findNode } from './node.mjs';
import { MODULES } from './paths.mjs';
import { withProgress } from './progress.mjs';
import { run } from './run.mjs';
import { runsHere } from './worker-binary.mjs';

const MEDIASOUP = join(MODULES, 'mediasoup');
const NAME = process.platform === 'win32' ? 'mediasoup-worker.exe' : 'mediasoup-worker';
const BINARY = join(MEDIASOUP, 'worker/out/Release', NAME);
const DOWNLOAD_TIMEOUT_MS = 60_000; // about 10 MB; a firewall that drops packets costs all of it

/** @returns {string | undefined} the one that is there already */
export function findPrebuiltWorker() {
  return existsSync(BINARY) && runsHere(BINARY) ? BINARY : undefined;
}

/** Half a download, or one for another libc. */
function removePart() {
  rmSync(BINARY, { force: true });
}

/** @returns {Promise<string | undefined>} undefined if it cannot be had, or does not run here */
export async function downloadPrebuiltWorker() {
  const forget = onInterrupt(removePart);
  // Without a download the script would start a long build with Python packages: a Python that
  // does not exist ends it there.
  const env = {
    ...process.env,
    PYTHON: 'no-build-from-source',
    MEDIASOUP_FORCE_WORKER_PREBUILT_DOWNLOAD: '1',
  };
  await withProgress('asking mediasoup for its prebuilt media worker', () =>
    run(findNode(), ['npm-scripts.mjs', 'postinstall'], {
      cwd: MEDIASOUP,
      env,
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
    }),
  );
  forget();
  const found = findPrebuiltWorker();
  if (!found) removePart();
  return found;
}
