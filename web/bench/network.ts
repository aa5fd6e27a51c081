// What a changing network costs the people in a call: when the call moves between peer to peer and the
// media node, when a network fails, and what each way sends and receives. Real Chromium, one machine.
import { report } from '../../bench/report.ts';
import { launchBrowser } from '../e2e/harness.ts';
import { modeChangeRows } from './lib/mode-changes.ts';
import { recoveryRows, whyNoRecoveries } from './lib/recoveries.ts';
import { trafficRows } from './lib/traffic.ts';

const why = whyNoRecoveries();
if (why !== null) console.error(`recovery from failures of the network is not measured: ${why}`);
const browser = await launchBrowser();
try {
  report('network', [
    ...(await modeChangeRows(browser)),
    ...(await trafficRows(browser)),
    ...(why === null ? await recoveryRows() : []),
  ]);
} finally {
  await browser.close();
}
