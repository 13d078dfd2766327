// A reporter for jest: keeps in $KITH_TEST_TOTALS how many tests have passed so far, for run-suite.mjs, which may have to
// end a suite.
import { renameSync, writeFileSync } from 'node:fs';

const countedAs = { passed: 'passed', failed: 'failed', pending: 'skipped', skipped: 'skipped', todo: 'skipped' };

export default class TotalsReporter {
  #file = process.env.KITH_TEST_TOTALS;
  #ofFiles = new Map();

  onTestCaseResult({ path }, { status }) {
    const totals = this.#ofFiles.get(path) ?? noTotals();
    if (countedAs[status]) totals[countedAs[status]]++;
    this.#ofFiles.set(path, totals);
    this.#write(false);
  }

  /** A file that could not even be loaded counts as one failure. */
  onTestResult({ path }, { numPassingTests: passed, numFailingTests, numPendingTests, numTodoTests, testExecError }) {
    const failed = numFailingTests + (testExecError && numFailingTests === 0 ? 1 : 0);
    this.#ofFiles.set(path, { passed, failed, skipped: numPendingTests + numTodoTests });
    this.#write(false);
  }

  onRunComplete() {
    this.#write(true);
  }

  #write(isOver) {
    const sum = noTotals();
    for (const totals of this.#ofFiles.values()) for (const name of Object.keys(sum)) sum[name] += totals[name];
    writeFileSync(`${this.#file}.new`, JSON.stringify({ ...sum, isOver }));
    renameSync(`${this.#file}.new`, this.#file);
  }
}

function noTotals() {
  return { passed: 0, failed: 0, skipped: 0 };
}
