// Finds a mediasoup worker, or makes one, and says in one line which one was taken.
import { buildWorker } from '../../sfu-worker/native/build.mjs';
import { cachedWorker } from '../../sfu-worker/native/cache.mjs';
import { downloadPrebuiltWorker, findPrebuiltWorker } from './prebuilt-worker.mjs';
import { SetupError } from './setup-error.mjs';
import { runsHere } from './worker-binary.mjs';

/** @returns {Promise<string>} the path, for MEDIASOUP_WORKER_BIN */
export async function ensureWorker() {
  const given = process.env.MEDIASOUP_WORKER_BIN;
  if (given) {
    if (runsHere(given)) return taken('as MEDIASOUP_WORKER_BIN says', given);
    throw new SetupError(`MEDIASOUP_WORKER_BIN is no mediasoup worker that runs here: ${given}`);
  }
  const cached = cachedWorker();
  if (runsHere(cached)) return taken('our own build', cached);

  const prebuilt = findPrebuiltWorker() ?? (await downloadPrebuiltWorker());
  if (prebuilt) return taken("mediasoup's prebuilt", prebuilt);

  return taken('our own build, made now', await buildWorker());
}

/**
 * @param {string} which
 * @param {string} file
 */
function taken(which, file) {
  console.error(`media worker: ${which} (${file})`);
  return file;
}
