// What a fresh clone lacks, in order: npm packages, the media worker, and for tests a browser.
import { ensureBrowser } from './browser.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { findNode } from './node.mjs';
import { SetupError } from './setup-error.mjs';
import { ensureWorker } from './worker.mjs';

const OLDEST_NODE = 18; // of the one that runs these scripts; the rest runs on the pinned one

/**
 * @param {{browser: boolean}} options
 * @returns {Promise<{node: string, env: NodeJS.ProcessEnv}>} env: for what is started next
 */
export async function setUp({ browser }) {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new SetupError(`Please use Node.js ${OLDEST_NODE} or newer, not ${process.version}.`);
  }
  await ensureDependencies();
  const env = { MEDIASOUP_WORKER_BIN: await ensureWorker() };
  const browserEnv = browser ? { PUPPETEER_EXECUTABLE_PATH: await ensureBrowser() } : {};
  return { node: findNode(), env: { ...env, ...browserEnv } };
}
