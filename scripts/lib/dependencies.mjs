// Makes node_modules what package-lock.json says. Takes no network when it already is.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { findNode, npm } from './node.mjs';
import { MODULES, PLATFORM, ROOT } from './paths.mjs';
import { withProgress } from './progress.mjs';
import { run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

const LOCKFILE = join(ROOT, 'package-lock.json');
const STAMP = join(MODULES, '.sotto-stamp');
// Not npm's hooks: mediasoup's would download or build a worker, which worker.mjs sees to.
const CI_ARGS = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

export async function ensureDependencies() {
  if (isFresh()) return;
  const lock = join(tmpdir(), `sotto-${sha256(ROOT).slice(0, 12)}.lock`);
  await withLock(lock, installUnlessFresh, sayWaiting);
}

function sayWaiting() {
  console.error('waiting for another npm ci in this folder …');
}

async function installUnlessFresh() {
  if (isFresh()) return;
  const [command, ...args] = npm();
  await withProgress('installing npm packages', async () => {
    // Half the time where npm's cache is full; but npm then believes old lists of versions.
    const quick = await run(command, [...args, ...CI_ARGS, '--prefer-offline'], { cwd: ROOT });
    if (quick.ok) return;
    const { ok, tail } = await run(command, [...args, ...CI_ARGS], { cwd: ROOT });
    if (!ok) throw new SetupError(`npm ci failed:\n${tail}`);
  });
  findNode(); // npm passes over an optional package that it could not get: then no stamp
  writeFileSync(STAMP, wantedStamp());
}

function isFresh() {
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wantedStamp()) return true;
  if (!isInstalled()) return false;
  writeFileSync(STAMP, wantedStamp());
  return true;
}

/** Whether somebody has run npm by hand: npm writes down what it has installed. */
function isInstalled() {
  const list = join(MODULES, '.package-lock.json');
  if (!existsSync(list)) return false;
  const wanted = Object.entries(JSON.parse(readFileSync(LOCKFILE, 'utf8')).packages);
  const installed = JSON.parse(readFileSync(list, 'utf8')).packages;
  return wanted
    .filter(([path, { optional }]) => path.startsWith('node_modules/') && !optional)
    .every(([path, { version }]) => path in installed && installed[path].version === version);
}

function wantedStamp() {
  return sha256(`${PLATFORM} ${readFileSync(LOCKFILE, 'utf8')}`);
}

/** @param {string} text */
function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}
