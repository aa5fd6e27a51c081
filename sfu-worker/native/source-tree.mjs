// Lays out the tree that meson builds: mediasoup's worker, with our subprojects in place of those
// that it would download, and patched.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PATCHES } from './recipe.mjs';

const SUBPROJECTS = join(dirname(fileURLToPath(import.meta.url)), 'subprojects');

/**
 * @param {{mediasoup: string, libsrtp: string, target: string}} folders mediasoup: the npm
 *   package; libsrtp: the source of version 2; target: is made
 */
export function layOut({ mediasoup, libsrtp, target }) {
  cpSync(join(mediasoup, 'worker'), target, { recursive: true });
  const subprojects = join(target, 'subprojects');
  rmSync(subprojects, { recursive: true });
  cpSync(SUBPROJECTS, subprojects, { recursive: true });
  cpSync(libsrtp, join(subprojects, 'libsrtp2'), { recursive: true });
  for (const patch of PATCHES) apply(patch, target);
}

/**
 * @param {{file: string, find: string, replace: string}} patch
 * @param {string} tree
 */
function apply({ file, find, replace }, tree) {
  const path = join(tree, file);
  const parts = readFileSync(path, 'utf8').split(find);
  if (parts.length !== 2) {
    throw new Error(`${file} has ${parts.length - 1} times, not once, what to mend: ${find}`);
  }
  writeFileSync(path, parts.join(replace));
}
