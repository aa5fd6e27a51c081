// npm run cluster: sets up what a fresh clone lacks, builds the page, and runs Sotto as many processes:
// Redis, two media nodes, two signaling nodes, and HAProxy in front of them.
import { existsSync } from 'node:fs';
import { exitWith } from './lib/exit-with.mjs';
import { runInForeground } from './lib/foreground.mjs';
import { setUp } from './lib/setup.mjs';
import { HAPROXY, REDIS } from './lib/tools.mjs';

/** On Linux: the cluster ends with this process, however that ends (prctl(2), PR_SET_PDEATHSIG). */
const SETPRIV = '/usr/bin/setpriv';

await exitWith(async () => {
  const { node, env } = await setUp({ tools: [REDIS, HAPROXY] });
  const built = await runInForeground(node, ['web/build.mjs'], env);
  if (built !== 0) return built;
  const main = 'cluster/src/main.ts';
  return existsSync(SETPRIV)
    ? runInForeground(SETPRIV, ['--pdeathsig', 'SIGTERM', '--', node, main], env)
    : runInForeground(node, [main], env);
});
