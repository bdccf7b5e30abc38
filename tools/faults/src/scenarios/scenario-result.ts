import type { Finding } from '../domain/oracle.ts';
import { describeFindings } from '../report.ts';

export interface ScenarioResult {
  /** To be printed. */
  readonly lines: readonly string[];
  readonly isPassed: boolean;
}

/** One line, and below it what is wrong. @param summary what was counted, in a few words */
export function scenarioResult(
  name: string,
  summary: string,
  findings: readonly Finding[],
): ScenarioResult {
  const isPassed = findings.length === 0;
  const head = `${name}  ${summary}  ${isPassed ? 'ok' : 'FAILED'}`;
  return { lines: [head, ...describeFindings(findings)], isPassed };
}
