// npm run cluster: sets up what a fresh clone lacks, builds the page, and runs Sotto as many processes:
// Redis, two media nodes, two signaling nodes, and HAProxy in front of them.
import { exitWith } from './lib/exit-with.mjs';
import { runInForeground } from './lib/foreground.mjs';
import { setUp } from './lib/setup.mjs';
import { HAPROXY, REDIS } from './lib/tools.mjs';

await exitWith(async () => {
  const { node, env } = await setUp({ tools: [REDIS, HAPROXY] });
  const built = await runInForeground(node, ['web/build.mjs'], env);
  if (built !== 0) return built;
  return runInForeground(node, ['cluster/src/main.ts'], env);
});
