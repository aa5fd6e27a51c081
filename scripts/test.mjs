// npm test: sets up what a fresh clone lacks, checks types, lint and format, and runs the tests.
//   npm test                     everything but the long tests
//   npm test -- <args>           only the tests that these arguments of `vitest run` choose
//   npm run test:long            only the long tests
// The last line is always `N passed, N failed, N skipped`. With CI=true nothing may be skipped.
import { CHROMIUM, FIREFOX } from './lib/browser-kinds.mjs';
import { exitWith } from './lib/exit-with.mjs';
import { runInForeground } from './lib/foreground.mjs';
import { npm } from './lib/node.mjs';
import { setUp } from './lib/setup.mjs';
import { NO_TESTS, runTests } from './lib/test-totals.mjs';
import { COTURN, HAPROXY, NFT, PROMTOOL, REDIS } from './lib/tools.mjs';

const isCI = process.env.CI === 'true';
const isLong = process.argv.includes('--long');
const chosen = process.argv.slice(2).filter((arg) => arg !== '--long');

/** What is left out where a browser, or another program, cannot be had. */
const WITHOUT = [
  {
    kind: CHROMIUM,
    arg: '--project=!e2e',
    name: 'every test in a browser',
    reason: 'no browser',
  },
  {
    kind: FIREFOX,
    arg: '--exclude=web/e2e/firefox*',
    name: 'every test in Firefox',
    reason: 'no Firefox',
  },
  {
    kind: COTURN,
    arg: '--exclude={web/e2e/turn*,turn/test/coturn*}',
    name: 'every test with a TURN server',
    reason: 'no coturn',
  },
  {
    kind: REDIS,
    arg: '--exclude=signaling/test/{,scenarios/}{redis,node-deaths}*',
    name: 'every test with Redis',
    reason: 'no redis-server',
  },
  {
    kind: HAPROXY,
    arg: '--exclude={cluster/test/*,web/e2e/cluster*}',
    name: 'every test on a whole cluster',
    reason: 'no haproxy',
  },
];

let totals = NO_TESTS;
/** @type {string[]} */
const failures = [];
await exitWith(async () => {
  const tools = isLong ? [COTURN, REDIS, HAPROXY, NFT, PROMTOOL] : [COTURN, REDIS, HAPROXY];
  const setup = await setUp({ browsers: [CHROMIUM, FIREFOX], tools, isLenient: !isCI });
  if (!isLong && chosen.length === 0) await check(setup.env);
  if ((await runInForeground(setup.node, ['web/build.mjs'], setup.env)) !== 0) {
    failures.push('the page did not build');
    return 1;
  }
  const code = await test(setup);
  return failures.length > 0 ? 1 : code;
});
report();

/** @param {NodeJS.ProcessEnv} env */
async function check(env) {
  const [command, ...args] = npm();
  const code = await runInForeground(command, [...args, 'run', '--silent', 'check'], env);
  if (code > 128) process.exit(code); // by a signal: the person wants no tests either
  if (code !== 0) failures.push('types, lint or format are not as they should be (see above)');
}

/** @param {{node: string, env: NodeJS.ProcessEnv}} setup */
async function test(setup) {
  const isProjectGiven = chosen.some((arg) => arg.startsWith('--project'));
  const projects = isProjectGiven ? [] : [isLong ? '--project=long' : '--project=!long'];
  const without = WITHOUT.filter(({ kind }) => setup.env[kind.variable] === undefined);
  const args = without.map(({ arg }) => arg);
  const run = await runTests(setup, [...projects, ...args, ...chosen]);
  totals = run.totals;
  for (const { name, reason } of without) totals.skipped.push({ name, reason });
  if (totals.failed > 0) failures.push('tests failed');
  else if (run.code !== 0) failures.push(`vitest ended with code ${run.code}`);
  if (totals.passed + totals.failed === 0) failures.push('no test ran');
  if (isCI && totals.skipped.length > 0) failures.push('with CI=true no test may be skipped');
  return run.code;
}

function report() {
  if (totals.skipped.length > 0) {
    console.log('\nSkipped:');
    for (const { name, reason } of totals.skipped)
      console.log(`  ${name}${reason && `: ${reason}`}`);
  }
  for (const failure of failures) console.log(`\nFailed: ${failure}`);
  console.log(
    `\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped.length} skipped`,
  );
}
