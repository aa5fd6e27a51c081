// What a fresh clone lacks, in order: npm packages, the media worker, and for tests the browsers and
// other programs.
import { ensureBrowser } from './browser.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { findNode } from './node.mjs';
import { SetupError } from './setup-error.mjs';
import { ensureTool } from './tools.mjs';
import { ensureWorker } from './worker.mjs';

const OLDEST_NODE = 18; // of the one that runs these scripts; the rest runs on the pinned one

/**
 * @param {object} [options]
 * @param {readonly import('./browser-kinds.mjs').BrowserKind[]} [options.browsers]
 * @param {readonly import('./tools.mjs').Tool[]} [options.tools]
 * @param {boolean} [options.isLenient] where one of them cannot be had it is said why, and its
 *   variable is not set
 * @returns {Promise<{node: string, env: NodeJS.ProcessEnv}>} env: for what is started next
 */
export async function setUp({ browsers = [], tools = [], isLenient = false } = {}) {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new SetupError(`Please use Node.js ${OLDEST_NODE} or newer, not ${process.version}.`);
  }
  await ensureDependencies();
  /** @type {NodeJS.ProcessEnv} */
  const env = { MEDIASOUP_WORKER_BIN: await ensureWorker() };
  const wanted = [
    ...browsers.map((kind) => ({ ...kind, ensure: () => ensureBrowser(kind) })),
    ...tools.map((tool) => ({ ...tool, ensure: () => ensureTool(tool) })),
  ];
  for (const { variable, ensure } of wanted) {
    try {
      env[variable] = await ensure();
    } catch (error) {
      if (!isLenient || !(error instanceof SetupError)) throw error;
      console.error(error.message);
    }
  }
  return { node: findNode(), env };
}
