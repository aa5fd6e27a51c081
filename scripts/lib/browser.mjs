// Finds a Chromium for the tests in browsers, or installs one.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { canInstall, installPackages } from './apt.mjs';
import { childEnv, findNode } from './node.mjs';
import { MODULES, ROOT } from './paths.mjs';
import { withProgress } from './progress.mjs';
import { run } from './run.mjs';
import { SetupError } from './setup-error.mjs';

const USUAL_PLACES = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/chromium-browser',
    '/opt/google/chrome/chrome',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, 'Google/Chrome/Application/chrome.exe')),
};

// Inside <cache>/chrome/<platform>-<version>/<archive>/
const PUPPETEER_BINARIES = [
  'chrome',
  'chrome.exe',
  'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
];

/** @returns {Promise<string>} the path, for PUPPETEER_EXECUTABLE_PATH */
export async function ensureBrowser() {
  const given = process.env.PUPPETEER_EXECUTABLE_PATH;
  if (given && !existsSync(given)) {
    throw new SetupError(`PUPPETEER_EXECUTABLE_PATH names a file that is not there: ${given}`);
  }
  const found = given || findBrowser() || (await installBrowser());
  console.error(`browser: ${found}`);
  return found;
}

/** @returns {string | undefined} */
function findBrowser() {
  const usual = Object.entries(USUAL_PLACES).find(([name]) => name === process.platform)?.[1] ?? [];
  return usual.find((file) => existsSync(file)) ?? findPuppeteerBrowser();
}

/** @returns {string | undefined} the newest that puppeteer has downloaded */
function findPuppeteerBrowser() {
  const cache = process.env.PUPPETEER_CACHE_DIR || join(homedir(), '.cache', 'puppeteer');
  return foldersIn(join(cache, 'chrome'))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .flatMap(foldersIn)
    .flatMap((folder) => PUPPETEER_BINARIES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}

/** @returns {Promise<string>} */
async function installBrowser() {
  const problem = isDebian() && canInstall() ? '' : await downloadBrowser();
  // Where that failed on Debian, this ends with the line to run.
  if (isDebian() && !findBrowser()) {
    await installPackages(['chromium'], { purpose: 'the tests in a browser' });
  }
  const found = findBrowser();
  if (found) return found;
  throw new SetupError(
    'The tests need Chrome or Chromium, and there is none where one is looked for.\n' +
      `${problem}\nPlease install one, or set PUPPETEER_EXECUTABLE_PATH to it.`,
  );
}

/** @returns {Promise<string>} why it failed, or nothing */
async function downloadBrowser() {
  const script = join(MODULES, 'puppeteer/lib/puppeteer/node/cli.js');
  const { ok, tail } = await withProgress('downloading a browser for the tests', () =>
    run(findNode(), [script, 'browsers', 'install', 'chrome'], { cwd: ROOT, env: childEnv() }),
  );
  return ok ? '' : (/^Error: [^]*?(?=\n +at )/m.exec(tail)?.[0] ?? tail);
}

/** Not its relatives: Ubuntu's package of that name only asks for a snap. */
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
