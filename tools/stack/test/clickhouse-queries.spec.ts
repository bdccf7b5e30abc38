import type { ClickHouseClient, DataFormat } from '@clickhouse/client';
import { removeStackHome, type Stack, startStack } from '../src/index.ts';
import { eventually, freePorts, quietClient, temporaryHome } from './support.ts';

describe('ClickHouse queries through its own client', () => {
  const home = temporaryHome();
  let stack: Stack;
  let client: ClickHouseClient;

  beforeAll(async () => {
    stack = await startStack({ home, ports: freePorts, only: ['clickhouse'] });
    client = quietClient({ url: stack.clickhouseUrl });
  }, 60_000);

  afterAll(async () => {
    await client?.close();
    await stack?.stop();
    removeStackHome(home);
  }, 30_000);

  it('answers pings, with and without a query', async () => {
    expect(await client.ping()).toMatchObject({ success: true });
    expect(await client.ping({ select: true })).toMatchObject({ success: true });
  });

  const jsonFormats: readonly DataFormat[] = [
    'JSONEachRow',
    'JSONStringsEachRow',
    'JSONCompactEachRow',
    'JSONCompactStringsEachRow',
    'JSONCompactEachRowWithNames',
    'JSONCompactEachRowWithNamesAndTypes',
    'JSONObjectEachRow',
    'JSON',
    'JSONStrings',
    'JSONCompact',
    'JSONCompactStrings',
    'JSONColumnsWithMetadata',
  ];

  it.each(jsonFormats)('serves %s as one document that the client reads', async (format) => {
    const result = await client.query({ query: 'SELECT number AS n FROM numbers(3)', format });
    const text = JSON.stringify(await result.json());
    for (const n of [0, 1, 2]) expect(text).toContain(String(n));
  });

  const textFormats: readonly DataFormat[] = [
    'CSV',
    'CSVWithNames',
    'CSVWithNamesAndTypes',
    'TabSeparated',
    'TabSeparatedRaw',
    'TabSeparatedWithNames',
    'TabSeparatedWithNamesAndTypes',
    'CustomSeparated',
  ];

  it.each(textFormats)('serves %s once over all blocks of a result', async (format) => {
    const result = await client.query({
      query: 'SELECT number AS n FROM numbers(200000)',
      format,
      clickhouse_settings: { max_block_size: '10000' },
    });
    const lines = (await result.text()).trim().split('\n');
    const headers = /Types$/.test(format) ? 2 : /Names$/.test(format) ? 1 : 0;
    expect(lines).toHaveLength(200_000 + headers);
    expect(lines.at(-1)).toBe('199999');
  });

  it('serves Parquet as bytes', async () => {
    const { stream } = await client.exec({ query: 'SELECT 1 AS n FORMAT Parquet' });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(Buffer.concat(chunks).subarray(0, 4).toString()).toBe('PAR1');
  });

  it('streams rows while the query still runs', async () => {
    const result = await client.query({
      query: 'SELECT number, sleepEachRow(0.05) FROM numbers(20)',
      format: 'JSONEachRow',
      clickhouse_settings: { max_block_size: '1' },
    });
    const arrivals: number[] = [];
    for await (const rows of result.stream()) arrivals.push(...rows.map(() => performance.now()));
    expect(arrivals).toHaveLength(20);
    expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(300);
  });

  it('binds parameters by type, whatever characters they hold', async () => {
    const text = `quote ' backslash \\ tab \t newline \n ü 😀 {x:String} ; DROP`;
    const result = await client.query({
      query: 'SELECT {text:String} AS t, {ids:Array(UInt32)} AS ids, {no:Nullable(String)} AS no',
      query_params: { text, ids: [1, 2, 3], no: null },
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([{ t: text, ids: [1, 2, 3], no: null }]);
  });

  it('keeps parameters and settings of simultaneous requests apart', async () => {
    const ask = async (n: number): Promise<unknown> => {
      const result = await client.query({
        query: "SELECT {n:UInt32} AS n, toUInt32(getSetting('max_block_size')) AS size",
        query_params: { n },
        clickhouse_settings: { max_block_size: String(1_000 + n) },
        format: 'JSONEachRow',
      });
      return (await result.json())[0];
    };
    const asked = Array.from({ length: 40 }, (_, n) => n);
    const answers = await Promise.all(asked.map(ask));
    expect(answers).toEqual(asked.map((n) => ({ n, size: 1_000 + n })));
  });

  it('compresses responses and reads compressed requests', async () => {
    const compressing = quietClient({
      url: stack.clickhouseUrl,
      compression: { request: true, response: true },
    });
    try {
      await compressing.command({ query: 'CREATE TABLE zipped (n UInt32) ENGINE = Memory' });
      const values = Array.from({ length: 5_000 }, (_, n) => ({ n }));
      await compressing.insert({ table: 'zipped', values, format: 'JSONEachRow' });
      const result = await compressing.query({ query: 'SELECT n FROM zipped ORDER BY n' });
      expect(await result.json()).toMatchObject({ rows: 5_000 });
    } finally {
      await compressing.close();
    }
  });

  it('keeps temporary tables and settings in a session, and settings of one request out of it', async () => {
    const inSession = { session_id: `s-${Date.now()}` };
    await client.command({ query: 'CREATE TEMPORARY TABLE kept (n UInt8)', ...inSession });
    await client.command({ query: 'SET max_block_size = 777', ...inSession });
    await client.command({
      query: 'INSERT INTO kept VALUES (7)',
      clickhouse_settings: { max_block_size: '888' },
      ...inSession,
    });
    const query = "SELECT n, getSetting('max_block_size') AS size FROM kept";
    const result = await client.query({ query, format: 'JSONCompactEachRow', ...inSession });
    expect(await result.json()).toEqual([[7, 777]]);
    await expect(client.query({ query })).rejects.toMatchObject({ code: '60' });
  });

  it('uses the database that the client names', async () => {
    await client.command({ query: 'CREATE DATABASE IF NOT EXISTS other' });
    await client.command({ query: 'CREATE TABLE other.t (n UInt8) ENGINE = Memory' });
    const url = new URL(stack.clickhouseUrl);
    url.pathname = '/other';
    const other = quietClient({ url });
    try {
      const result = await other.query({ query: 'SELECT currentDatabase() AS d, count() FROM t' });
      expect(await result.json()).toMatchObject({ data: [{ d: 'other' }] });
    } finally {
      await other.close();
    }
  });

  it('returns the id that a query was given', async () => {
    const result = await client.query({ query: 'SELECT 1', query_id: 'my-own-id' });
    expect(result.query_id).toBe('my-own-id');
    await result.text();
  });

  it('stops a query whose client has gone', async () => {
    const running = async (): Promise<number> => {
      const result = await client.query({
        query:
          "SELECT count() AS n FROM system.processes WHERE query LIKE '%forever_marker%' AND query NOT LIKE '%processes%'",
        format: 'JSONEachRow',
      });
      const [row] = await result.json<{ n: string }>();
      return Number(row?.n);
    };
    const gone = new AbortController();
    const query = client.query({
      query: 'SELECT sum(sipHash64(number)) AS forever_marker FROM numbers(1000000000000)',
      abort_signal: gone.signal,
    });
    const failed = expect(query).rejects.toThrow(/abort/i);
    await eventually(async () => (await running()) === 1);
    gone.abort();
    await failed;
    await eventually(async () => (await running()) === 0);
  });
});
