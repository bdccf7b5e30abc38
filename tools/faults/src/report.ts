import type { CycleResult } from './cycle.ts';
import type { Finding } from './domain/oracle.ts';

const MOST_FINDINGS = 12;
/** What takes longer is worth a look, though it is no failure. */
const LONG_MS = 15_000;
const LATE_MS = 3_000;

/** One line a case, and below it what is wrong. */
export function describeCycle(result: CycleResult): string {
  const { name, answered, refused, broken, settled, findings } = result;
  const { number, fault, afterMs, durationMs } = result.case;
  const parts = [
    `case ${String(number).padStart(3)}`,
    name.padEnd(18),
    fault.padEnd(9),
    `at ${afterMs} ms for ${durationMs} ms`.padEnd(23),
    `${answered} answered, ${refused} refused, ${broken} cut or left; ${settled} settled`.padEnd(
      60,
    ),
    `flows after ${seconds(result.recoveryMs)}, quiet after ${seconds(result.quietMs)}`.padEnd(40),
    findings.length === 0 ? 'ok' : 'FAILED',
  ];
  const isSlow = findings.length === 0 && result.quietMs > LONG_MS;
  const slow = isSlow
    ? describeFindings(result.waitedFor).map((line) => `${line} (waited for)`)
    : [];
  return [
    parts.join('  '),
    ...describeRefusals(result),
    ...describeFindings(findings),
    ...slow,
  ].join('\n');
}

/** Where traffic flowed again late: what clients were told meanwhile. */
function describeRefusals({ recoveryMs, codes }: CycleResult): readonly string[] {
  if (recoveryMs < LATE_MS) return [];
  const told = Object.entries(codes).map(([code, count]) => `${count} × ${code}`);
  return [`    refused: ${told.join(', ')}`];
}

/** The first few findings, a line each, indented. */
export function describeFindings(findings: readonly Finding[]): readonly string[] {
  const lines = findings.slice(0, MOST_FINDINGS).map(({ kind, text }) => `    ${kind}: ${text}`);
  const more = findings.length - lines.length;
  return more > 0 ? [...lines, `    and ${more} more`] : lines;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
