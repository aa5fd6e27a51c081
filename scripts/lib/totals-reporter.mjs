// A vitest reporter that writes what test-totals.mjs reads. vitest's own JSON has neither the
// reasons that tests give for being skipped, nor the files that failed before their first test.
import { writeFileSync } from 'node:fs';

export default class TotalsReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {import('./test-totals.mjs').Totals} */
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) count(module, totals);
    writeFileSync(process.env.SOTTO_TOTALS_FILE ?? '', JSON.stringify(totals));
  }
}

/**
 * @param {import('vitest/node').TestModule} module
 * @param {import('./test-totals.mjs').Totals} totals
 */
function count(module, totals) {
  const failedBefore = totals.failed;
  for (const test of module.children.allTests()) {
    const result = test.result();
    if (result.state === 'passed') totals.passed += 1;
    else if (result.state === 'skipped') {
      const name = `${module.relativeModuleId} > ${test.fullName}`;
      totals.skipped.push({ name, reason: result.note ?? '' });
    } else totals.failed += 1; // failed, or never came to an end
  }
  // A file that did not load, or whose hooks failed.
  if (!module.ok() && totals.failed === failedBefore) totals.failed += 1;
}
