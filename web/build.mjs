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

/** From these on: light-dark(), encoded transforms in workers, popovers, iterator helpers. */
const TARGETS = ['chrome123', 'firefox125', 'safari17.5'];

/** Everything that the page loads may weigh this much, compressed. */
const WEIGHT_LIMIT_KB = 150;

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
export const build = async ({ watch = false, outdir = DIST } = {}) => {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await cp(path.join(WEB, 'public'), outdir, { recursive: true });

  const writeHtml = async ({ outputs }) => {
    const urlOf = (entry) => {
      const [file] =
        Object.entries(outputs).find(([, output]) => output.entryPoint === entry) ?? [];
      if (!file) throw new Error(`esbuild made nothing of ${entry}`);
      return `/${path.relative(outdir, path.join(WEB, file)).replaceAll(path.sep, '/')}`;
    };
    const html = await buildHtml(urlOf('src/main.tsx'), urlOf('src/styles/index.css'));
    await writeFile(path.join(outdir, 'index.html'), html);
  };
  const options = {
    ...bundleOptions,
    absWorkingDir: WEB,
    entryPoints: ['src/main.tsx', 'src/styles/index.css'],
    entryNames: '[name]-[hash]',
    outdir: path.join(outdir, 'assets'),
  };
  if (!watch) {
    const { metafile } = await esbuild.build(options);
    await writeHtml(metafile);
    return metafile;
  }
  const htmlAfterEach = {
    name: 'html-after-each',
    setup: ({ onEnd }) =>
      onEnd(({ metafile, errors }) => (errors.length === 0 ? writeHtml(metafile) : undefined)),
  };
  const context = await esbuild.context({ ...options, plugins: [htmlAfterEach] });
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

/** Compressed bytes of what a browser loads, and a table of what they are made of. */
export const weigh = async (metafile) => {
  const parts = new Map();
  let total = gzipSync(await readFile(path.join(DIST, 'index.html'))).length;
  parts.set('index.html with icons', total);
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (!/\.(js|css)$/.test(file)) continue;
    const compressed = gzipSync(await readFile(path.join(WEB, file))).length;
    total += compressed;
    // Nothing compresses alone as it does in company: each part gets its share by length.
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const part = partOf(input);
      const share = (compressed * bytesInOutput) / output.bytes;
      parts.set(part, (parts.get(part) ?? 0) + share);
    }
  }
  return { total, parts: [...parts].sort(([, a], [, b]) => b - a) };
};

const inKb = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;

const printWeights = async (metafile) => {
  const { total, parts } = await weigh(metafile);
  for (const [part, bytes] of parts) console.log(`${inKb(bytes)}  ${part}`);
  console.log(`${inKb(total)}  in all, gzip, of at most ${WEIGHT_LIMIT_KB} kB`);
  if (total > WEIGHT_LIMIT_KB * 1000) process.exitCode = 1;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const metafile = await build({ watch: process.argv.includes('--watch') });
  if (metafile && process.argv.includes('--weights')) await printWeights(metafile);
}
