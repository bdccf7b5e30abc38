import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { removeStackHome, type Stack, startStack } from '../src/index.ts';
import { freePorts, quietClient, temporaryHome } from './support.ts';

describe('ClickHouse inserts through its own client', () => {
  const home = temporaryHome();
  let stack: Stack;
  let client: ClickHouseClient;

  beforeAll(async () => {
    stack = await startStack({ home, ports: freePorts, only: ['clickhouse'] });
    client = quietClient({ url: stack.clickhouseUrl });
  }, 60_000);

  beforeEach(async () => {
    await client.command({ query: 'DROP TABLE IF EXISTS t SYNC' });
    await client.command({
      query: 'CREATE TABLE t (n UInt32, s String) ENGINE = MergeTree ORDER BY n',
    });
  });

  afterAll(async () => {
    await client?.close();
    await stack?.stop();
    removeStackHome(home);
  }, 30_000);

  const rows = async (): Promise<unknown[]> => {
    const query = 'SELECT n, s FROM t ORDER BY n, s';
    return (await client.query({ query, format: 'JSONEachRow' })).json();
  };

  it('stores an array of rows and reports how many it wrote', async () => {
    const values = [
      { n: 1, s: 'one' },
      { n: 2, s: "two ' \n \\ 😀" },
    ];
    const result = await client.insert({ table: 't', values, format: 'JSONEachRow' });
    expect(result).toMatchObject({ executed: true, summary: { written_rows: '2' } });
    expect(await rows()).toEqual(values);
  });

  it('stores a stream of rows', async () => {
    const source = Readable.from(Array.from({ length: 3_000 }, (_, n) => ({ n, s: 'x' })));
    const result = await client.insert({ table: 't', values: source, format: 'JSONEachRow' });
    expect(result.summary?.written_rows).toBe('3000');
  });

  it('stores text formats and a choice of columns', async () => {
    const source = Readable.from(['3,"c,d"\n', '4,e\n'], { objectMode: false });
    await client.insert({ table: 't', values: source, format: 'CSV' });
    await client.insert({
      table: 't',
      values: [[5]],
      columns: ['n'],
      format: 'JSONCompactEachRow',
    });
    expect(await rows()).toEqual([
      { n: 3, s: 'c,d' },
      { n: 4, s: 'e' },
      { n: 5, s: '' },
    ]);
  });

  it('stores binary data byte for byte, the query being in the URL or in the body', async () => {
    // RowBinary: UInt32 little endian, then a length and the bytes.
    const row = Buffer.from([10, 0, 0, 0, 4, 0x00, 0xff, 0x0a, 0x27]);
    const url = new URL(stack.clickhouseUrl);
    const post = async (query: string, body: Buffer): Promise<Response> => {
      const target = `${url.origin}/?database=tollgate${query}`;
      const headers = { 'x-clickhouse-user': url.username, 'x-clickhouse-key': url.password };
      return fetch(target, { method: 'POST', headers, body: new Uint8Array(body) });
    };
    const inUrl = await post(`&query=${encodeURIComponent('INSERT INTO t FORMAT RowBinary')}`, row);
    expect(inUrl.status).toBe(200);
    const text = Buffer.from('INSERT INTO t FORMAT RowBinary\n');
    const inBody = await post('', Buffer.concat([text, row]));
    expect(inBody.status).toBe(200);
    expect(JSON.parse(inBody.headers.get('x-clickhouse-summary') ?? '{}')).toMatchObject({
      written_rows: '1',
    });
    const query = 'SELECT n, hex(s) AS h FROM t';
    const result = await client.query({ query, format: 'JSONEachRow' });
    const stored = { n: 10, h: '00FF0A27' };
    expect(await result.json()).toEqual([stored, stored]);
  });

  it('counts the rows of INSERT SELECT and INSERT VALUES', async () => {
    const selected = await client.command({
      query: "INSERT INTO t SELECT number, 'x' FROM numbers(17)",
    });
    expect(selected.summary?.written_rows).toBe('17');
    const given = await client.command({ query: "INSERT INTO t VALUES (1, 'a'), (2, 'b')" });
    expect(given.summary?.written_rows).toBe('2');
  });

  it('accepts an insert without rows', async () => {
    await client.insert({ table: 't', values: Readable.from([]), format: 'JSONEachRow' });
    expect(await rows()).toEqual([]);
  });

  it('drops a batch that comes again under the same deduplication token', async () => {
    await client.command({
      query: 'ALTER TABLE t MODIFY SETTING non_replicated_deduplication_window = 100',
    });
    const insert = (token: string) =>
      client.insert({
        table: 't',
        values: [{ n: 1, s: 'once' }],
        format: 'JSONEachRow',
        clickhouse_settings: { insert_deduplication_token: token },
      });
    await insert('batch-1');
    await insert('batch-1');
    expect(await rows()).toHaveLength(1);
    await insert('batch-2');
    expect(await rows()).toHaveLength(2);
  });

  it('stores nothing of a batch with a broken row', async () => {
    const source = Readable.from(['{"n":1,"s":"good"}\n{"n":"bad"}\n'], { objectMode: false });
    const insert = client.exec({ query: 'INSERT INTO t FORMAT JSONEachRow', values: source });
    await expect(insert).rejects.toMatchObject({ code: expect.stringMatching(/^\d+$/) });
    expect(await rows()).toEqual([]);
  });
});
