import type { LoadKind } from './options.ts';

/** One line of the result. Processor time in milliseconds a request, over all processes of the system. */
export interface Row {
  readonly system: string;
  readonly kind: LoadKind;
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  /** Against the floor of the same run; null where the floor was not run. */
  readonly cpuRatio: number | null;
  readonly p50Ratio: number | null;
  readonly storeCpuMs: number;
  readonly peakMiB: number;
  readonly requests: number;
  readonly wrong: number;
}

/** Fills in the ratios to the floor's row of the same kind and connections. */
export function withRatios(rows: readonly Row[], floorName: string): readonly Row[] {
  return rows.map((row) => {
    const floor = rows.find(
      (one) =>
        one.system === floorName && one.kind === row.kind && one.connections === row.connections,
    );
    return floor
      ? { ...row, cpuRatio: row.cpuMs / floor.cpuMs, p50Ratio: row.p50Ms / floor.p50Ms }
      : row;
  });
}

const HEADINGS = [
  '',
  'system',
  'req/s',
  'p50 ms',
  'p99 ms',
  'CPU ms/req',
  '× floor',
  'p50 × floor',
  'stores CPU',
  'peak MiB',
  'wrong',
];

/** The rows as a Markdown table, grouped by kind and connections. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    `${row.kind}, ${row.connections}`,
    row.system,
    row.requestsPerSecond.toFixed(0),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    row.cpuMs.toFixed(3),
    ratio(row.cpuRatio),
    ratio(row.p50Ratio),
    row.storeCpuMs ? row.storeCpuMs.toFixed(3) : '–',
    row.peakMiB.toFixed(0),
    String(row.wrong),
  ]);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(HEADINGS), rule, ...cells.map(line)].join('\n');
}

const ratio = (value: number | null): string => (value === null ? '–' : value.toFixed(2));
