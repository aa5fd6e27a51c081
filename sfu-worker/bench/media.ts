// npm run bench -- media [--json] [--quick] [--only NAME]: what forwarding costs a media worker, and how
// late it makes packets. Made-up people with real ICE, DTLS and SRTP (lib/endpoints/); servers in turns, so
// that ratios hold where figures do not. All of it on one machine. The part `recovery` has pages in it
// (web/bench/media.ts).
import { report, type Row } from '../../bench/report.ts';
import { grantAmpleBandwidth } from './lib/ample-bandwidth.ts';
import { compileEndpoints } from './lib/endpoints.ts';
import { janusPart } from './lib/janus-part.ts';
import type { Part, PartDeps } from './lib/part.ts';
import { roomPart } from './lib/room-part.ts';
import { spillPart } from './lib/spill-part.ts';
import { viewPart } from './lib/view-part.ts';

const PARTS: readonly Part[] = [roomPart, janusPart, viewPart, spillPart];

const isQuick = process.argv.includes('--quick');
const isJson = process.argv.includes('--json');
const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1]
  : undefined;

const chosen = PARTS.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) {
  const names = [...PARTS.map(({ name }) => name), 'recovery'].join(', ');
  console.error(`npm run bench -- media --only NAME, where NAME is one of: ${names}`);
  process.exit(2);
}

const startMs = performance.now();
const say = (what: string): void => {
  if (!isJson) console.log(`… ${what}`);
};
// With 'exit', what this process has made is taken away.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const compiled = await compileEndpoints().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
const endGrant = grantAmpleBandwidth();
const rows: Row[] = [];
try {
  const deps: PartDeps = {
    compiled,
    runs: isQuick ? 1 : 5,
    spanMs: isQuick ? 2_000 : 8_000,
    say,
  };
  for (const part of chosen) {
    try {
      rows.push(...(await part.run(deps)));
    } catch (error) {
      // What the others have measured is not lost with it.
      console.error(`${part.name} is left out:`, error);
      process.exitCode = 1;
    }
  }
} finally {
  endGrant();
}
say(`${((performance.now() - startMs) / 1_000).toFixed(0)} s in all`);
report('media', rows);
