// A jest reporter that keeps the totals so far in the file $KITH_TEST_TOTALS, for run-suite.ts, which may have to end a
// suite early.
import { renameSync, writeFileSync } from 'node:fs';
import type { TestCaseResult, TestResult } from '@jest/test-result';

export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

export function noTotals(): Totals {
  return { passed: 0, failed: 0, skipped: 0 };
}

const countedAs: Partial<Record<TestCaseResult['status'], keyof Totals>> = {
  passed: 'passed',
  failed: 'failed',
  pending: 'skipped',
  skipped: 'skipped',
  todo: 'skipped',
};

export default class TotalsReporter {
  #file = process.env.KITH_TEST_TOTALS ?? '';
  #ofFiles = new Map<string, Totals>();

  onTestCaseResult({ path }: { path: string }, { status }: TestCaseResult): void {
    const totals = this.#ofFiles.get(path) ?? noTotals();
    const counted = countedAs[status];
    if (counted) totals[counted]++;
    this.#ofFiles.set(path, totals);
    this.#write(false);
  }

  /** A test file that could not be loaded counts as one failure. */
  onTestResult({ path }: { path: string }, result: TestResult): void {
    const { numPassingTests: passed, numFailingTests, numPendingTests, numTodoTests, testExecError } = result;
    const failed = numFailingTests + (testExecError && numFailingTests === 0 ? 1 : 0);
    this.#ofFiles.set(path, { passed, failed, skipped: numPendingTests + numTodoTests });
    this.#write(false);
  }

  onRunComplete(): void {
    this.#write(true);
  }

  #write(isOver: boolean): void {
    const sum = noTotals();
    for (const { passed, failed, skipped } of this.#ofFiles.values()) {
      sum.passed += passed;
      sum.failed += failed;
      sum.skipped += skipped;
    }
    writeFileSync(`${this.#file}.new`, JSON.stringify({ ...sum, isOver }));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
