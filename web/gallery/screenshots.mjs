// npm run screenshots: brings what a fresh clone lacks, then takes the pictures (pictures.mjs has the
// options). No media worker is needed for them.
import { ensureBrowser } from '../../scripts/lib/browser.mjs';
import { ensureDependencies } from '../../scripts/lib/dependencies.mjs';
import { exitWith } from '../../scripts/lib/exit-with.mjs';
import { runInForeground } from '../../scripts/lib/foreground.mjs';
import { findNode } from '../../scripts/lib/node.mjs';

await exitWith(async () => {
  await ensureDependencies();
  const env = { PUPPETEER_EXECUTABLE_PATH: await ensureBrowser() };
  return runInForeground(findNode(), ['web/gallery/pictures.mjs', ...process.argv.slice(2)], env);
});
