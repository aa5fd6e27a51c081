// Runs vitest and reads how many tests passed, failed and were skipped.
import { mkdtempSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInForeground } from './foreground.mjs';
import { MODULES } from './paths.mjs';

/** @typedef {{passed: number, failed: number, skipped: {name: string, reason: string}[]}} Totals */

/** @type {Totals} */
export const NO_TESTS = { passed: 0, failed: 0, skipped: [] };

const REPORTER = join(dirname(fileURLToPath(import.meta.url)), 'totals-reporter.mjs');
const VITEST = join(MODULES, 'vitest/vitest.mjs');

/**
 * @param {{node: string, env: NodeJS.ProcessEnv}} setup
 * @param {string[]} args of `vitest run`
 * @returns {Promise<{code: number, totals: Totals}>}
 */
export async function runTests({ node, env }, args) {
  const dir = mkdtempSync(join(tmpdir(), 'sotto-test-'));
  const file = join(dir, 'totals.json');
  const reporters = ['--reporter=default', `--reporter=${REPORTER}`];
  try {
    const code = await runInForeground(node, [VITEST, 'run', ...reporters, ...args], {
      ...env,
      SOTTO_TOTALS_FILE: file,
    });
    // vitest that ended before its report ran nothing that counts.
    const totals = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : NO_TESTS;
    return { code, totals };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
