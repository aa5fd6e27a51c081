// npm start: sets up what a fresh clone lacks, builds the page, and runs the server.
import { exitWith } from './lib/exit-with.mjs';
import { runInForeground } from './lib/foreground.mjs';
import { setUp } from './lib/setup.mjs';

await exitWith(async () => {
  const { node, env } = await setUp();
  const built = await runInForeground(node, ['web/build.mjs'], env);
  if (built !== 0) return built;
  return runInForeground(node, ['signaling/src/main.ts'], env);
});
