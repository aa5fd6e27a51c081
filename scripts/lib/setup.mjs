// What a fresh clone lacks, in order: npm packages, the media worker, and for tests a browser.
import { ensureBrowser } from './browser.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { findNode } from './node.mjs';
import { SetupError } from './setup-error.mjs';
import { ensureWorker } from './worker.mjs';

const OLDEST_NODE = 18; // of the one that runs these scripts; the rest runs on the pinned one

/**
 * @param {{browser: boolean | 'if-possible'}} options 'if-possible': where none can be had it is said
 *   why, and PUPPETEER_EXECUTABLE_PATH is not set
 * @returns {Promise<{node: string, env: NodeJS.ProcessEnv}>} env: for what is started next
 */
export async function setUp({ browser }) {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new SetupError(`Please use Node.js ${OLDEST_NODE} or newer, not ${process.version}.`);
  }
  await ensureDependencies();
  const env = { MEDIASOUP_WORKER_BIN: await ensureWorker() };
  return { node: findNode(), env: { ...env, ...(await browserEnv(browser)) } };
}

/**
 * @param {boolean | 'if-possible'} browser
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
async function browserEnv(browser) {
  if (!browser) return {};
  try {
    return { PUPPETEER_EXECUTABLE_PATH: await ensureBrowser() };
  } catch (error) {
    if (browser === true || !(error instanceof SetupError)) throw error;
    console.error(error.message);
    return {};
  }
}
