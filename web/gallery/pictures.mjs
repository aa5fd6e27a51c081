// Takes pictures of every scene of the gallery, under the page's own content policy, and the two that
// the README shows: `npm run screenshots -- [--scene=name,…] [--size=phone,…] [--scheme=dark]
// [--dir=rtl] [--out=folder]`; with `--docs` only those two. Ends with an error when a scene wrote to
// the console or broke the policy.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleGallery, launchBrowser, serveGallery } from './serve.mjs';

const SCREENS = fileURLToPath(new URL('../../test-results/screens', import.meta.url));

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));

const SIZES = {
  phone: { width: 360, height: 640, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  /** The phone on its side: only when asked for. */
  side: { width: 640, height: 360, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  tablet: { width: 768, height: 1024, hasTouch: true, deviceScaleFactor: 1 },
  desktop: { width: 1440, height: 900, deviceScaleFactor: 1 },
  /** As wide as a README shows pictures. */
  readme: { width: 1120, height: 630, deviceScaleFactor: 1 },
};

/** Longer than any transition of the page, on a busy machine. */
const REST_WITHIN_MS = 10_000;

const { values } = parseArgs({
  options: {
    scene: { type: 'string' },
    size: { type: 'string', default: 'phone,tablet,desktop' },
    scheme: { type: 'string', default: 'light,dark' },
    dir: { type: 'string', default: 'ltr' },
    out: { type: 'string', default: SCREENS },
    docs: { type: 'boolean', default: false },
  },
});

const README_SHOTS = [
  { scene: 'meeting', size: 'desktop', scheme: 'dark', file: path.join(DOCS, 'meeting.png') },
  { scene: 'lobby', size: 'readme', scheme: 'light', file: path.join(DOCS, 'lobby.png') },
];

const takePicture = async (browser, url, { scene, size, scheme, file }) => {
  const complaints = [];
  // One of its own: what a scene stores is no other's.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
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
  await page.screenshot({ path: file });
  await context.close();
  return complaints.map((complaint) => `${scene} ${size} ${scheme}: ${complaint}`);
};

const sceneNames = async (files) => {
  const source = Buffer.from(files.get('scenes.js')).toString('base64');
  const { scenes } = await import(`data:text/javascript;base64,${source}`);
  return Object.keys(scenes);
};

const shotsOf = async (files) => {
  if (values.docs) return README_SHOTS;
  const scenes = values.scene?.split(',') ?? (await sceneNames(files));
  const shots = scenes.flatMap((scene) =>
    values.size.split(',').flatMap((size) =>
      values.scheme.split(',').map((scheme) => {
        const file = path.join(values.out, `${scene}-${size}-${scheme}.png`);
        return { scene, size, scheme, file };
      }),
    ),
  );
  return values.scene === undefined ? [...shots, ...README_SHOTS] : shots;
};

const files = await bundleGallery();
const shots = await shotsOf(files);
for (const folder of [values.out, DOCS]) await mkdir(folder, { recursive: true });
const server = await serveGallery(files);
const browser = await launchBrowser();
const complaints = [];
try {
  for (const shot of shots) complaints.push(...(await takePicture(browser, server.url, shot)));
} finally {
  await browser.close();
  server.close();
}
console.log(`${shots.length} pictures in ${values.docs ? DOCS : values.out}`);
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) process.exitCode = 1;
