import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readJestResults } from './results.ts';

describe('readJestResults', () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'tollgate-results-'));
  afterAll(() => rmSync(root, { recursive: true }));

  const write = (project: string, passed: number, failed: number, broken: number): void => {
    mkdirSync(path.join(root, project), { recursive: true });
    const results = {
      numPassedTests: passed,
      numFailedTests: failed,
      numPendingTests: 1,
      numRuntimeErrorTestSuites: broken,
    };
    writeFileSync(path.join(root, project, '.jest-results.json'), JSON.stringify(results));
  };

  it('sums all projects, and counts a suite that could not run as a failure', () => {
    expect(readJestResults(root)).toEqual({ passed: 0, failed: 0, skipped: 0 });
    write('apps/a', 5, 0, 0);
    write('libs/b', 7, 2, 1);
    write('elsewhere/c', 100, 100, 0);
    expect(readJestResults(root)).toEqual({ passed: 12, failed: 3, skipped: 2 });
  });
});
