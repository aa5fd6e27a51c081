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
 * These have no page in them, and need other programs instead. Where one of a lenient bench cannot be had,
 * the bench says what is left out for it.
 * @type {Record<string, {tools: import('./lib/tools.mjs').Tool[], isLenient: boolean}>}
 */
const WITHOUT_PAGE = {
  cluster: { tools: [REDIS], isLenient: false },
  media: { tools: [C_COMPILER, OPENSSL_HEADERS, JANUS], isLenient: true },
};

const benches = PACKAGES.map((name) => path.join(ROOT, name, 'bench'))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((file) => path.join(folder, file)))
  .filter((file) => file.endsWith('.ts'));

await exitWith(async () => {
  const [name = '', ...args] = process.argv.slice(2);
  const file = benches.find((bench) => path.basename(bench, '.ts') === name);
  if (file === undefined) {
    const names = benches.map((bench) => path.basename(bench, '.ts')).join(', ');
    console.error(`npm run bench -- NAME [--json], where NAME is one of: ${names}`);
    return 2;
  }
  const withoutPage = WITHOUT_PAGE[name];
  if (withoutPage !== undefined) {
    const { node, env } = await setUp(withoutPage);
    return runInForeground(node, [file, ...args], env);
  }
  const { node, env } = await setUp({ browsers: [CHROMIUM] });
  const built = await runInForeground(node, ['web/build.mjs'], env);
  return built === 0 ? runInForeground(node, [file, ...args], env) : built;
});
