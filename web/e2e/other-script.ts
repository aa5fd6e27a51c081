// Runs another build's script in one page, at the server's address: what a guest may bring along.
// (The document stays the server's: Chromium lets no made-up one connect to localhost.)
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { HTTPRequest, Page } from 'puppeteer';

const MAIN_SCRIPT = /^\/assets\/main-[^/]+\.js$/;

/** `webRoot`: of a built page. */
export const runScriptOf = async (page: Page, webRoot: string): Promise<void> => {
  const [file] = globSync(path.join(webRoot, 'assets/main-*.js'));
  if (file === undefined) throw new Error('that page has no script');
  const body = await readFile(file);
  const answer = (request: HTTPRequest): Promise<void> =>
    MAIN_SCRIPT.test(new URL(request.url()).pathname)
      ? request.respond({ body, contentType: 'text/javascript' })
      : request.continue();
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    // A page that is closed meanwhile needs no answer.
    answer(request).catch(() => undefined);
  });
};
