// The browsers that the tests run in, and where each of them is found; browser.mjs looks there.
import { join } from 'node:path';

/**
 * @typedef {object} BrowserKind
 * @property {string} title
 * @property {string} variable what names its path: to us, and from us to the tests
 * @property {string} debianPackage
 * @property {string} puppeteerName
 * @property {Partial<Record<NodeJS.Platform, string[]>>} usualPlaces
 * @property {string[]} puppeteerBinaries inside <cache>/<name>/<platform>-<version>/<a folder>/
 */

const WINDOWS_FOLDERS = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
  .map((name) => process.env[name])
  .filter((folder) => folder !== undefined);

/** @satisfies {BrowserKind} */
export const CHROMIUM = {
  title: 'Chrome or Chromium',
  variable: 'PUPPETEER_EXECUTABLE_PATH',
  debianPackage: 'chromium',
  puppeteerName: 'chrome',
  usualPlaces: {
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
    win32: WINDOWS_FOLDERS.map((folder) => join(folder, 'Google/Chrome/Application/chrome.exe')),
  },
  puppeteerBinaries: [
    'chrome',
    'chrome.exe',
    'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  ],
};

/** @satisfies {BrowserKind} */
export const FIREFOX = {
  title: 'Firefox',
  variable: 'SOTTO_FIREFOX',
  debianPackage: 'firefox-esr',
  puppeteerName: 'firefox',
  usualPlaces: {
    // The programs themselves: /usr/bin/firefox may be a snap's, which cannot read a test's profile.
    linux: [
      '/usr/lib/firefox-esr/firefox-esr',
      '/usr/lib/firefox/firefox',
      '/usr/lib64/firefox/firefox',
      '/opt/firefox/firefox',
    ],
    darwin: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
    win32: WINDOWS_FOLDERS.map((folder) => join(folder, 'Mozilla Firefox/firefox.exe')),
  },
  puppeteerBinaries: ['firefox', 'firefox.exe', 'Contents/MacOS/firefox'],
};
