// npm run media: sets up what a fresh clone lacks, and runs a media node for signaling processes elsewhere.
import { exitWith } from './lib/exit-with.mjs';
import { runInForeground } from './lib/foreground.mjs';
import { setUp } from './lib/setup.mjs';

await exitWith(async () => {
  const { node, env } = await setUp();
  return runInForeground(node, ['sfu-worker/src/main.ts'], env);
});
