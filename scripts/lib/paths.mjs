// Where things are: the checkout, its packages, and the user's cache folder.
import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './setup-error.mjs';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const MODULES = join(ROOT, 'node_modules');
export const BIN = join(MODULES, '.bin');
export const PLATFORM = `${process.platform}-${process.arch}`;

/** Our folder in the user's cache; for a user who has no home, one in node_modules. */
export function cacheDir() {
  const candidates = [
    join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sotto'),
    join(MODULES, '.cache', 'sotto'),
  ];
  const usable = candidates.find(isWritable);
  if (usable) return usable;
  throw new SetupError(`Please let one of these be written to: ${candidates.join(', ')}`);
}

/** @param {string} folder made when it is not there */
function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
