// Where our build of the worker is kept: in the user's cache, outside any checkout, named after
// everything that it depends on.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, PLATFORM } from '../../scripts/lib/paths.mjs';
import { MEDIASOUP_VERSION } from './recipe.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));

export function cachedWorker() {
  const name = `mediasoup-worker-${MEDIASOUP_VERSION}-${PLATFORM}-${recipeHash()}`;
  return join(cacheDir(), name);
}

function recipeHash() {
  const hash = createHash('sha256');
  for (const file of ['recipe.mjs', ...filesIn('subprojects')]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(HERE, file)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * @param {string} folder relative to this one
 * @returns {string[]} in an order that is the same everywhere
 */
function filesIn(folder) {
  return readdirSync(join(HERE, folder))
    .sort()
    .map((name) => `${folder}/${name}`)
    .flatMap((path) => (statSync(join(HERE, path)).isDirectory() ? filesIn(path) : [path]));
}
