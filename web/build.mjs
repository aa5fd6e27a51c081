// Builds the page into web/dist: scripts and styles under names that carry a hash of their content,
// so that they can be cached for ever, and an index.html that names them and holds the icons.
// `node web/build.mjs [--weights] [--watch]`
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { ICON_NAMES } from './src/ui/icon-names.ts';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const DIST = path.join(WEB, 'dist');

/** From these on: X25519 and Ed25519 in WebCrypto, encoded frames in workers, light-dark(). */
const TARGETS = ['chrome137', 'firefox130', 'safari17.5'];

/** What the page loads to be seen, and what its workers load beside it, may weigh this, compressed. */
const WEIGHT_LIMITS_KB = { page: 150, workers: 70 };

/** What scripts.js and styles.css of any page here are made with; the gallery's too. */
export const bundleOptions = {
  bundle: true,
  format: 'esm',
  target: TARGETS,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  sourcemap: 'linked',
  metafile: true,
  legalComments: 'linked',
  logLevel: 'warning',
};

const require = createRequire(import.meta.url);

/** By the name that the page's source has for where it is. */
const WORKERS = {
  FRAME_WORKER_URL: '@sotto/e2ee/frame-worker',
  KEY_WORKER_URL: '@sotto/e2ee/key-worker',
};

const metafileUrl = (outdir, file) =>
  `/${path.relative(outdir, path.join(WEB, file)).replaceAll(path.sep, '/')}`;

/** What the workers of the encryption are made of, and what tells the page where they are. */
const buildWorkers = async (outdir) => {
  const entries = Object.entries(WORKERS).map(([name, entry]) => [name, require.resolve(entry)]);
  const { metafile } = await esbuild.build({
    ...bundleOptions,
    absWorkingDir: WEB,
    entryPoints: Object.fromEntries(
      entries.map(([name, file]) => [
        name.replace('_URL', '').replace('_', '-').toLowerCase(),
        file,
      ]),
    ),
    entryNames: '[name]-[hash]',
    outdir: path.join(outdir, 'assets'),
  });
  const define = {};
  for (const [name, source] of entries) {
    const [file] =
      Object.entries(metafile.outputs).find(
        ([, { entryPoint }]) => entryPoint !== undefined && path.join(WEB, entryPoint) === source,
      ) ?? [];
    if (!file) throw new Error(`esbuild made nothing of ${source}`);
    define[name] = JSON.stringify(metafileUrl(outdir, file));
  }
  return { metafile, define };
};

/** One hidden <svg> with a <symbol> for each icon, from lucide's files. */
export const buildSprite = async () => {
  const icons = path.join(
    path.dirname(createRequire(import.meta.url).resolve('lucide-static/package.json')),
    'icons',
  );
  const symbols = await Promise.all(
    ICON_NAMES.map(async (name) => {
      const svg = await readFile(path.join(icons, `${name}.svg`), 'utf8');
      const shapes = svg
        .replace(/^[\s\S]*?<svg[^>]*>/, '')
        .replace('</svg>', '')
        .replaceAll(/\s+/g, ' ')
        .trim();
      return `<symbol id="icon-${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
    }),
  );
  return `<!-- Icons: Lucide, ISC licence --><svg width="0" height="0" class="sprite" aria-hidden="true">${symbols.join('')}</svg>`;
};

/** The HTML around a script and a style. */
export const buildHtml = async (script, style) => {
  const template = await readFile(path.join(WEB, 'public/index.html'), 'utf8');
  return template
    .replace('%STYLE%', style)
    .replace('%SCRIPT%', script)
    .replace('%SPRITE%', await buildSprite());
};

/** Builds once, and again on every change with `watch`; gives esbuild's account of what went where. */
export const build = async ({ watch = false, outdir = DIST, plugins = [] } = {}) => {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await cp(path.join(WEB, 'public'), outdir, { recursive: true });

  const writeHtml = async ({ outputs }) => {
    const urlOf = (entry) => {
      const [file] =
        Object.entries(outputs).find(([, output]) => output.entryPoint === entry) ?? [];
      if (!file) throw new Error(`esbuild made nothing of ${entry}`);
      return metafileUrl(outdir, file);
    };
    const html = await buildHtml(urlOf('src/main.tsx'), urlOf('src/styles/index.css'));
    await writeFile(path.join(outdir, 'index.html'), html);
  };
  const workers = await buildWorkers(outdir);
  const options = {
    ...bundleOptions,
    define: workers.define,
    plugins,
    absWorkingDir: WEB,
    entryPoints: ['src/main.tsx', 'src/styles/index.css'],
    entryNames: '[name]-[hash]',
    outdir: path.join(outdir, 'assets'),
  };
  if (!watch) {
    const { metafile } = await esbuild.build(options);
    await writeHtml(metafile);
    return { outputs: { ...workers.metafile.outputs, ...metafile.outputs } };
  }
  const htmlAfterEach = {
    name: 'html-after-each',
    setup: ({ onEnd }) =>
      onEnd(({ metafile, errors }) => (errors.length === 0 ? writeHtml(metafile) : undefined)),
  };
  const context = await esbuild.context({ ...options, plugins: [...plugins, htmlAfterEach] });
  await context.watch();
  return undefined;
};

/** Which part of the page a source file belongs to. */
const partOf = (input) => {
  const [, installed] = input.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/) ?? [];
  if (installed) return installed;
  const [, folder] = input.match(/^src\/([^/]+)\//) ?? [];
  return folder ? `web/${folder}` : input.includes('..') ? input.split('/')[1] : 'web';
};

/** Compressed bytes of what a browser loads for the page and for its workers, and of each part. */
export const weigh = async (metafile) => {
  const parts = new Map();
  const totals = {
    page: gzipSync(await readFile(path.join(DIST, 'index.html'))).length,
    workers: 0,
  };
  parts.set('index.html with icons', totals.page);
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (!/\.(js|css)$/.test(file)) continue;
    const compressed = gzipSync(await readFile(path.join(WEB, file))).length;
    totals[/-worker-[^/]+$/.test(file) ? 'workers' : 'page'] += compressed;
    // Nothing compresses alone as it does in company: each part gets its share by length.
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const part = partOf(input);
      const share = (compressed * bytesInOutput) / output.bytes;
      parts.set(part, (parts.get(part) ?? 0) + share);
    }
  }
  return { totals, parts: [...parts].sort(([, a], [, b]) => b - a) };
};

const inKb = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;

const printWeights = async (metafile) => {
  const { totals, parts } = await weigh(metafile);
  for (const [part, bytes] of parts) console.log(`${inKb(bytes)}  ${part}`);
  for (const [name, limit] of Object.entries(WEIGHT_LIMITS_KB)) {
    console.log(`${inKb(totals[name])}  in all, gzip: the ${name}, of at most ${limit} kB`);
    if (totals[name] > limit * 1000) process.exitCode = 1;
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const metafile = await build({ watch: process.argv.includes('--watch') });
  if (metafile && process.argv.includes('--weights')) await printWeights(metafile);
}
