// Takes pictures of every scene of the gallery, under the page's own content policy:
// `node web/gallery/screenshots.mjs [--scene=name,…] [--size=phone,…] [--scheme=dark] [--out=folder]`
// Ends with an error when a scene wrote to the console or broke the policy.
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import puppeteer from 'puppeteer';
import { buildHtml, bundleOptions } from '../build.mjs';

const GALLERY = path.dirname(fileURLToPath(import.meta.url));
const WEB = path.dirname(GALLERY);

const SIZES = {
  phone: { width: 360, height: 640, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  tablet: { width: 768, height: 1024, hasTouch: true, deviceScaleFactor: 1 },
  desktop: { width: 1440, height: 900, deviceScaleFactor: 1 },
};

/** As the server sends it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Longer than any transition of the page, on a busy machine. */
const REST_WITHIN_MS = 10_000;

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--autoplay-policy=no-user-gesture-required',
];

const { values } = parseArgs({
  options: {
    scene: { type: 'string' },
    size: { type: 'string' },
    scheme: { type: 'string', default: 'light,dark' },
    dir: { type: 'string', default: 'ltr' },
    out: { type: 'string', default: path.join(WEB, '../test-results/screens') },
  },
});

const bundle = async () => {
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

const serve = async (files) => {
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

const chromium = () =>
  [process.env.PUPPETEER_EXECUTABLE_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (file) => file && existsSync(file),
  );

const takePicture = async (browser, url, { scene, size, scheme }) => {
  const complaints = [];
  const page = await browser.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.setViewport(SIZES[size]);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(`${url}/?scene=${scene}&dir=${values.dir}`);
  await page.waitForSelector('body[data-ready]');
  await page.waitForFunction(() =>
    [...document.querySelectorAll('video')].every((video) => video.dataset.ready),
  );
  // Until nothing moves any more; the level meter always does.
  const moving = await page
    .waitForFunction(
      () => document.getAnimations().every(({ effect }) => effect?.target?.matches('.level-fill')),
      { timeout: REST_WITHIN_MS },
    )
    .then(
      () => '',
      () =>
        page.evaluate(() =>
          document
            .getAnimations()
            .map(({ effect }) => effect?.target?.className)
            .join(),
        ),
    );
  if (moving) complaints.push(`never rests: ${moving}`);
  await page.screenshot({ path: path.join(values.out, `${scene}-${size}-${scheme}.png`) });
  await page.close();
  return complaints.map((complaint) => `${scene} ${size} ${scheme}: ${complaint}`);
};

const sceneNames = async (files) => {
  const source = Buffer.from(files.get('scenes.js')).toString('base64');
  const { scenes } = await import(`data:text/javascript;base64,${source}`);
  return Object.keys(scenes);
};

const files = await bundle();
const shots = (values.scene?.split(',') ?? (await sceneNames(files))).flatMap((scene) =>
  (values.size?.split(',') ?? Object.keys(SIZES)).flatMap((size) =>
    values.scheme.split(',').map((scheme) => ({ scene, size, scheme })),
  ),
);
await mkdir(values.out, { recursive: true });
const server = await serve(files);
const browser = await puppeteer.launch({ executablePath: chromium(), args: CHROMIUM_FLAGS });
const complaints = [];
try {
  for (const shot of shots) complaints.push(...(await takePicture(browser, server.url, shot)));
} finally {
  await browser.close();
  server.close();
}
console.log(`${shots.length} pictures in ${values.out}`);
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
