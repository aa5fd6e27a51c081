// Finds the browsers that the tests run in, or installs them.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { canInstall, installPackages } from './apt.mjs';
import { CHROMIUM } from './browser-kinds.mjs';
import { childEnv, findNode } from './node.mjs';
import { MODULES, ROOT } from './paths.mjs';
import { withProgress } from './progress.mjs';
import { run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

/** @typedef {import('./browser-kinds.mjs').BrowserKind} BrowserKind */

/**
 * @param {BrowserKind} [kind]
 * @returns {Promise<string>} the path, for the kind's variable
 */
export async function ensureBrowser(kind = CHROMIUM) {
  const given = process.env[kind.variable];
  if (given && !existsSync(given)) {
    throw new SetupError(`${kind.variable} names a file that is not there: ${given}`);
  }
  const found = given || findBrowser(kind) || (await installBrowser(kind));
  console.error(`browser: ${found}`);
  return found;
}

/**
 * @param {BrowserKind} kind
 * @returns {string | undefined}
 */
function findBrowser(kind) {
  const usual = kind.usualPlaces[process.platform] ?? [];
  return usual.find((file) => existsSync(file)) ?? findPuppeteerBrowser(kind);
}

/**
 * @param {BrowserKind} kind
 * @returns {string | undefined} the newest that puppeteer has downloaded
 */
function findPuppeteerBrowser({ puppeteerName, puppeteerBinaries }) {
  const cache = process.env.PUPPETEER_CACHE_DIR || join(homedir(), '.cache', 'puppeteer');
  return foldersIn(join(cache, puppeteerName))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .flatMap(foldersIn)
    .flatMap((folder) => puppeteerBinaries.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}

/**
 * @param {BrowserKind} kind
 * @returns {Promise<string>}
 */
async function installBrowser(kind) {
  const problem = isDebian() && canInstall() ? '' : await downloadBrowser(kind);
  // Where that failed on Debian, this ends with the line to run.
  if (isDebian() && !findBrowser(kind)) {
    await installPackages([kind.debianPackage], { purpose: `the tests in ${kind.title}` });
  }
  const found = findBrowser(kind);
  if (found) return found;
  throw new SetupError(
    `The tests need ${kind.title}, and there is none where one is looked for.\n` +
      `${problem}\nPlease install one, or set ${kind.variable} to it.`,
  );
}

/**
 * @param {BrowserKind} kind
 * @returns {Promise<string>} why it failed, or nothing
 */
async function downloadBrowser({ title, puppeteerName }) {
  const script = join(MODULES, 'puppeteer/lib/puppeteer/node/cli.js');
  const args = [script, 'browsers', 'install', puppeteerName];
  const { ok, tail } = await withProgress(`downloading ${title} for the tests`, () =>
    run(findNode(), args, { cwd: ROOT, env: childEnv() }),
  );
  return ok ? '' : (/^Error: [^]*?(?=\n +at )/m.exec(tail)?.[0] ?? tail);
}

/** Not its relatives: Ubuntu's packages of those names only ask for a snap. */
function isDebian() {
  const file = '/etc/os-release';
  return existsSync(file) && /^ID=debian$/m.test(readFileSync(file, 'utf8'));
}

/** @param {string} folder */
function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));
}
