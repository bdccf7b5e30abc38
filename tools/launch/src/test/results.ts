import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** Sums what Jest wrote into each project's results file. A suite that could not run counts as one failure. */
export function readJestResults(root: string): Counts {
  return globSync('{apps,libs,tools}/*/.jest-results.json', { cwd: root })
    .map((file) => countsOf(JSON.parse(readFileSync(path.join(root, file), 'utf8'))))
    .reduce(addCounts, NONE);
}

/** The counts of one results file. */
export function countsOf(results: {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
}): Counts {
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests,
  };
}
