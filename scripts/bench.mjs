// npm run bench -- NAME [--json]: sets up what is missing, builds the page where the bench is of it, and
// runs the bench of that name from any package's bench/ folder. Figures are of this machine, at this moment.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CHROMIUM } from './lib/browser-kinds.mjs';
import { exitWith } from './lib/exit-with.mjs';
import { runInForeground } from './lib/foreground.mjs';
import { ROOT } from './lib/paths.mjs';
import { setUp } from './lib/setup.mjs';
import { C_COMPILER, JANUS, OPENSSL_HEADERS, REDIS } from './lib/tools.mjs';

const PACKAGES = ['e2ee', 'sfu-worker', 'signaling', 'web'];

/**
 * @typedef {object} Needs
 * @property {import('./lib/tools.mjs').Tool[]} tools
 * @property {boolean} isLenient where a tool cannot be had, the bench says what is left out for it
 * @property {boolean} hasPage
 */

/** @type {Needs} */
const PAGE_ALONE = { tools: [], isLenient: false, hasPage: true };

/**
 * Of benches that need other than a page.
 * @type {Record<string, Needs>}
 */
const NEEDS = {
  'signaling/bench/cluster.ts': { tools: [REDIS], isLenient: false, hasPage: false },
  'sfu-worker/bench/media.ts': {
    tools: [C_COMPILER, OPENSSL_HEADERS, JANUS],
    isLenient: true,
    hasPage: false,
  },
  'web/bench/media.ts': { tools: [REDIS], isLenient: true, hasPage: true },
};

/**
 * A bench may have a file in more than one package, one run after the other: parts of it (`--only NAME`) that
 * are in a file of their own, as its package alone may import what they need.
 * @type {Record<string, string>}
 */
const PARTS_APART = { recovery: 'web/bench/media.ts' };

const benches = PACKAGES.map((name) => `${name}/bench`)
  .filter((folder) => existsSync(path.join(ROOT, folder)))
  .flatMap((folder) => readdirSync(path.join(ROOT, folder)).map((file) => `${folder}/${file}`))
  .filter((file) => file.endsWith('.ts'));

/** @param {string} file */
const nameOf = (file) => path.basename(file, '.ts');

/**
 * @param {string} name
 * @param {string[]} args
 */
function filesFor(name, args) {
  const files = benches.filter((file) => nameOf(file) === name);
  if (!args.includes('--only')) return files;
  const apart = PARTS_APART[args[args.indexOf('--only') + 1] ?? ''];
  const isApart = apart !== undefined && files.includes(apart);
  return isApart ? [apart] : files.filter((file) => !Object.values(PARTS_APART).includes(file));
}

/**
 * @param {string} file
 * @param {string[]} args
 */
async function run(file, args) {
  const { hasPage, ...needs } = NEEDS[file] ?? PAGE_ALONE;
  const { node, env } = await setUp({ ...needs, browsers: hasPage ? [CHROMIUM] : [] });
  const built = hasPage ? await runInForeground(node, ['web/build.mjs'], env) : 0;
  return built === 0 ? runInForeground(node, [file, ...args], env) : built;
}

await exitWith(async () => {
  const [name = '', ...args] = process.argv.slice(2);
  const files = filesFor(name, args);
  if (files.length === 0) {
    const names = [...new Set(benches.map(nameOf))].join(', ');
    console.error(`npm run bench -- NAME [--json], where NAME is one of: ${names}`);
    return 2;
  }
  for (const file of files) {
    const code = await run(file, args);
    // Also one that a signal has ended: whoever wanted that wants no more.
    if (code !== 0) return code;
  }
  return 0;
});
