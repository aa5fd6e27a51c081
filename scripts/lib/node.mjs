// The Node.js that runs everything but these scripts: the one that package-lock.json pins, or on
// a platform that it has no package for, the user's own.
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { BIN, MODULES, PLATFORM } from './paths.mjs';
import { SetupError } from './setup-error.mjs';

const PINNED = { 'linux-x64': 'bin/node', 'linux-arm64': 'bin/node', 'win32-x64': 'bin/node.exe' };
const OLDEST_MAJOR = 24; // runs TypeScript as it is, has argon2 and sqlite

/** @returns {string} the path of a Node.js that runs here and is new enough */
export function findNode() {
  const file = Object.entries(PINNED).find(([platform]) => platform === PLATFORM)?.[1];
  const name = `node-${PLATFORM.replace('win32', 'win')}`;
  const pinned = file && join(MODULES, name, file);
  if (pinned && spawnSync(pinned, ['--version']).status === 0) return pinned;
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_MAJOR) return process.execPath;
  throw new SetupError(
    `Sotto needs Node.js ${OLDEST_MAJOR} or newer, and this is ${process.versions.node}.\n` +
      (pinned
        ? `It brings its own, but ${pinned} does not run here.`
        : `There is no packaged one for ${PLATFORM}: please install it (nvm install).`),
  );
}

/**
 * The environment of what we start: our commands first, so that `node` is the pinned one.
 * @param {NodeJS.ProcessEnv} [extra]
 */
export function childEnv(extra = {}) {
  const separator = process.platform === 'win32' ? ';' : ':';
  // Windows spells it Path; two spellings in one environment would shadow each other.
  const key = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const path = [BIN, process.env[key]].filter(Boolean).join(separator);
  return { ...process.env, ...extra, [key]: path };
}

/**
 * npm as a command and its first arguments: the one that runs this script, when one does.
 * @returns {[string, ...string[]]}
 */
export function npm() {
  const script = process.env.npm_execpath;
  if (script && basename(script) === 'npm-cli.js') return [process.execPath, script];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}
