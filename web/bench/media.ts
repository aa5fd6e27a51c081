// The part `recovery` of `npm run bench -- media [--json] [--quick] [--only recovery]`: how long people in a
// call are without pictures and voices when the media node under it moves or fails. Real Chromium, one
// machine. The other parts have no page in them (sfu-worker/bench/media.ts).
import { report } from '../../bench/report.ts';
import { hasRedis } from '../../signaling/test/support/redis-server.ts';
import { launchBrowser } from '../e2e/harness.ts';
import { nodeRecoveryRows } from './lib/node-recoveries.ts';
import { workerRecoveryRows } from './lib/worker-recoveries.ts';

const RUNS = 3;

const runs = process.argv.includes('--quick') ? 1 : RUNS;
if (!hasRedis) console.error('recovery on another media node is not measured: no redis-server');
const browser = await launchBrowser();
try {
  report('media recovery', [
    ...(await workerRecoveryRows(browser, runs)),
    ...(hasRedis ? await nodeRecoveryRows(browser, runs) : []),
  ]);
} finally {
  await browser.close();
}
