// The bundles of both workers in a real browser: keys that cross a port, and an error that crosses to
// the page.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { launchBrowser } from './harness.ts';

const SCRIPTS = {
  '/room.js': fileURLToPath(new URL('room-in-page.ts', import.meta.url)),
  '/keys.js': fileURLToPath(import.meta.resolve('@sotto/e2ee/key-worker')),
  '/frames.js': fileURLToPath(import.meta.resolve('@sotto/e2ee/frame-worker')),
};

const IN_PAGE = `import('/room.js').then(({ runRoom }) => runRoom({
  keys: () => new Worker('/keys.js', { type: 'module' }),
  frames: () => new Worker('/frames.js', { type: 'module' }),
}))`;

async function serveScripts() {
  const texts = new Map<string, string>();
  for (const [url, entry] of Object.entries(SCRIPTS)) {
    const bundle = await build({
      entryPoints: [entry],
      bundle: true,
      format: 'esm',
      write: false,
      logLevel: 'silent',
    });
    texts.set(url, bundle.outputFiles[0]?.text ?? '');
  }
  // WebCrypto wants a secure context: localhost is one.
  const server = createServer((request, response) => {
    const script = texts.get(request.url ?? '');
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? '<!doctype html>');
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return { url: `http://localhost:${port}/`, close: () => server.close() };
}

test('G39 G40 in Chromium: two join, frames’ keys arrive, one speaks; a bad link is a lost worker', async () => {
  const { url, close } = await serveScripts();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(url);
    const result: unknown = await page.evaluate(IN_PAGE);
    // Either of the two may have made the group.
    const both = expect.toSatisfy(
      (names: string[]) => names.toSorted().join() === 'name of a,name of b',
    );
    expect(result).toMatchObject({
      rosters: [both, both],
      texts: ['name of a: hello'],
      codes: [expect.stringMatching(/^(\d{5} ?){6}$/), expect.any(String)],
      lost: [0, 0, 1],
    });
    // What reaches the page of a failure is our words alone.
    for (const error of errors) expect(error).toContain('the key worker failed');
  } finally {
    await browser.close();
    close();
  }
});
