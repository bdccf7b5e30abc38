import { canStream, contentTypeOf, inspectStatement } from './statement.ts';

describe('inspectStatement', () => {
  it.each([
    ['SELECT 1', 'read'],
    ['  -- a comment\n/* another */ select 1', 'read'],
    ['(SELECT 1) UNION ALL (SELECT 2)', 'read'],
    ['WITH 1 AS x SELECT x', 'read'],
    ['DESCRIBE TABLE t', 'read'],
    ['INSERT INTO t VALUES (1)', 'insert'],
    ['/* insert */ insert into t select 1', 'insert'],
    ['CREATE TABLE selected (n UInt8) ENGINE = Memory', 'other'],
    ['SELECTED', 'other'],
  ])('takes %j for a statement of kind %s', (sql, kind) => {
    expect(inspectStatement(sql).kind).toBe(kind);
  });

  it.each([
    ['SELECT 1 FORMAT JSONEachRow', 'JSONEachRow'],
    ['SELECT 1\nformat CSV ;', 'CSV'],
    ['SELECT 1 FORMAT TSV SETTINGS max_threads = 1', 'TSV'],
    ['SELECT 1', undefined],
    ["SELECT 'FORMAT CSV' AS x", undefined],
  ])('finds the format at the end of %j', (sql, format) => {
    expect(inspectStatement(sql).format).toBe(format);
  });

  it('needs no time for a long run of white space', () => {
    const begin = performance.now();
    inspectStatement(`${' '.repeat(1_000_000)}SELECT 1${' '.repeat(1_000_000)}`);
    inspectStatement(`SELECT 1 FORMAT CSV SETTINGS ${'\t'.repeat(100_000)}x`);
    expect(performance.now() - begin).toBeLessThan(500);
  });
});

describe('formats', () => {
  it('streams those alone whose pieces can be joined', () => {
    expect(canStream('JSONEachRow')).toBe(true);
    expect(canStream('JSON')).toBe(false);
    expect(canStream('CSVWithNames')).toBe(false);
  });

  it('names a media type for each', () => {
    expect(contentTypeOf('JSON')).toContain('application/json');
    expect(contentTypeOf('JSONEachRow')).toContain('application/x-ndjson');
    expect(contentTypeOf('Parquet')).toBe('application/octet-stream');
  });
});
