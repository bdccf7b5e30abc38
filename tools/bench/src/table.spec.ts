import { formatTable, type Row, withRatios } from './table.ts';

const row = (system: string, cpuMs: number, changes: Partial<Row> = {}): Row => ({
  system,
  kind: 'unary',
  connections: 8,
  requestsPerSecond: 1000,
  p50Ms: cpuMs * 10,
  p99Ms: 20,
  cpuMs,
  cpuRatio: null,
  p50Ratio: null,
  storeCpuMs: 0,
  peakMiB: 100,
  requests: 5000,
  wrong: 0,
  ...changes,
});

describe('the table of a benchmark', () => {
  it('compares each row with the floor of its own kind and connections', () => {
    const rows = withRatios(
      [
        row('floor', 0.04),
        row('floor', 0.4, { kind: 'streamed' }),
        row('ours', 0.1),
        row('ours', 0.6, { kind: 'streamed' }),
        row('ours', 0.2, { connections: 64 }),
      ],
      'floor',
    );
    expect(rows.map(({ cpuRatio }) => cpuRatio)).toEqual([
      1,
      1,
      0.1 / 0.04,
      expect.closeTo(1.5, 5),
      null,
    ]);
  });

  it('shows what is not known as such', () => {
    const [head, rule, line] = formatTable([row('ours', 0.1)]).split('\n');
    expect(head).toContain('CPU ms/req');
    expect(rule).toMatch(/^\|-+\|/);
    expect(line).toMatch(/\| unary, 8 +\| ours +\| 1000 .*\| 0\.100 +\| – /);
  });
});
