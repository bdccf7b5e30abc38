import { randomBytes } from 'node:crypto';
import { useStack } from '@tollgate/test-harness';
import {
  type ClickHouse,
  connectClickHouse,
  type Migration,
  migrate,
  MigrationError,
  waitForServer,
} from '../src/index.ts';

const stack = useStack({ only: ['clickhouse'] });

const TABLE: Migration = {
  number: 1,
  name: 'calls',
  statements: [
    `CREATE TABLE IF NOT EXISTS calls (id String, cost Decimal(38, 12), tokens UInt64)
     ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100`,
    `CREATE TABLE IF NOT EXISTS totals (cost SimpleAggregateFunction(sum, Decimal(76, 12)), calls SimpleAggregateFunction(sum, UInt64))
     ENGINE = AggregatingMergeTree ORDER BY tuple() SETTINGS non_replicated_deduplication_window = 100`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS totals_view TO totals AS
     SELECT sum(toDecimal256(cost, 12)) AS cost, count() AS calls FROM calls`,
  ],
};
const COLUMN: Migration = {
  number: 2,
  name: 'model',
  statements: ['ALTER TABLE calls ADD COLUMN IF NOT EXISTS model String'],
};

describe('ClickHouse', () => {
  const open: ClickHouse[] = [];
  const connect = (url = stack.clickhouseUrl()): ClickHouse => {
    const clickhouse = connectClickHouse({ url, application: 'test' });
    open.push(clickhouse);
    return clickhouse;
  };
  const fresh = async (): Promise<ClickHouse> => {
    const url = new URL(stack.clickhouseUrl());
    url.pathname = `/test_${randomBytes(6).toString('hex')}`;
    const clickhouse = connect(url.toString());
    await clickhouse.ensureDatabase();
    return clickhouse;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  it('applies each step once, in order, and adds later ones', async () => {
    const clickhouse = await fresh();
    expect(await migrate(clickhouse, [TABLE])).toEqual([1]);
    expect(await migrate(clickhouse, [TABLE, COLUMN])).toEqual([2]);
    expect(await migrate(clickhouse, [TABLE, COLUMN])).toEqual([]);
  });

  it('lets several instances start at once', async () => {
    const clickhouse = await fresh();
    await Promise.all([1, 2, 3, 4].map(() => migrate(clickhouse, [TABLE, COLUMN])));
    const rows = await clickhouse.query<{ number: number }>(
      'SELECT number FROM schema_migrations FINAL ORDER BY number',
    );
    expect(rows).toEqual([{ number: 1 }, { number: 2 }]);
  });

  it('refuses a step that was changed, one out of order, and one that cannot run twice', async () => {
    const clickhouse = await fresh();
    await migrate(clickhouse, [TABLE]);
    const changed = { ...TABLE, statements: ['DROP TABLE IF EXISTS calls'] };
    await expect(migrate(clickhouse, [changed])).rejects.toThrow(MigrationError);
    await expect(migrate(clickhouse, [COLUMN, TABLE])).rejects.toThrow('out of order');
    const once = { ...COLUMN, statements: ['DROP TABLE calls'] };
    await expect(migrate(clickhouse, [once])).rejects.toThrow('cannot run twice');
  });

  it('stores lines once for each token, roll-ups included, with exact decimals', async () => {
    const clickhouse = await fresh();
    await migrate(clickhouse, [TABLE]);
    const insert = {
      table: 'calls',
      columns: ['id', 'cost', 'tokens'],
      lines: Buffer.from(
        '{"id":"a","cost":"0.000000000001","tokens":3,"unknown":[1]}\n{"id":"b","cost":"12345678901234567890.5","tokens":4}',
      ),
      token: 'one',
    } as const;
    await clickhouse.insertLines(insert);
    await clickhouse.insertLines(insert);
    expect(
      await clickhouse.query('SELECT * FROM calls WHERE id = {id: String}', {
        params: { id: 'a' },
      }),
    ).toEqual([{ id: 'a', cost: '0.000000000001', tokens: 3 }]);
    expect(
      await clickhouse.query('SELECT sum(cost) AS cost, sum(calls) AS calls FROM totals'),
    ).toEqual([{ cost: '12345678901234567890.500000000001', calls: 2 }]);
  });

  it('keeps values apart from the statement', async () => {
    const nasty = "x' OR 1=1 --\\";
    expect(
      await connect().query('SELECT {text: String} AS text', { params: { text: nasty } }),
    ).toEqual([{ text: nasty }]);
  });

  it('tells rows that cannot be stored from a server that is away', async () => {
    const clickhouse = await fresh();
    await migrate(clickhouse, [TABLE]);
    const lines = '{"id":"a","cost":"1","tokens":3}\n{"id":"b","cost":"no","tokens":4}';
    await expect(
      clickhouse.insertLines({
        table: 'calls',
        columns: ['id', 'cost', 'tokens'],
        lines: Buffer.from(lines),
        token: 'x',
      }),
    ).rejects.toMatchObject({ kind: 'bad_data' });
    expect(await clickhouse.query('SELECT count() AS rows FROM calls')).toEqual([{ rows: 0 }]);
    await expect(clickhouse.query('SELECT * FROM nowhere')).rejects.toMatchObject({
      kind: 'rejected',
      code: 60,
    });
    const away = connect('http://user:word@127.0.0.1:1/db');
    await expect(away.query('SELECT 1')).rejects.toMatchObject({ kind: 'unreachable' });
    expect(await waitForServer(away, { patienceMs: 120 })).toBe(false);
    expect(await waitForServer(clickhouse, { patienceMs: 5_000 })).toBe(true);
  });
});
