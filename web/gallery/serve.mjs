// Bundles the gallery, serves it under the page's own content policy, and opens a browser for it.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import puppeteer from 'puppeteer';
import { buildHtml, bundleOptions } from '../build.mjs';

const WEB = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** As the server sends it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Scripts and styles of the gallery, in memory, by file name. */
export const bundleGallery = async () => {
  const { outputFiles } = await esbuild.build({
    ...bundleOptions,
    absWorkingDir: WEB,
    entryPoints: {
      gallery: 'gallery/main.tsx',
      scenes: 'gallery/scenes.ts',
      page: 'src/styles/index.css',
    },
    sourcemap: false,
    legalComments: 'none',
    outdir: '/',
    write: false,
  });
  return new Map(outputFiles.map((file) => [path.basename(file.path), file.contents]));
};

const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** The gallery as the server would serve the page. */
export const serveGallery = async (files) => {
  const html = await buildHtml('/gallery.js', '/page.css');
  for (const name of ['icon.svg', 'manifest.webmanifest']) {
    files.set(name, await readFile(path.join(WEB, 'public', name)));
  }
  const server = createServer((request, response) => {
    const name = path.basename(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = files.get(name);
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('content-type', file ? TYPES[path.extname(name)] : 'text/html');
    response.end(file ?? html);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
};

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--autoplay-policy=no-user-gesture-required',
];

const chromium = () =>
  [process.env.PUPPETEER_EXECUTABLE_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (file) => file && existsSync(file),
  );

export const launchBrowser = () =>
  puppeteer.launch({ executablePath: chromium(), args: CHROMIUM_FLAGS });
