import { RecordLine } from '../src/domain/record-line.ts';
import { useStack } from '@tollgate/test-harness';
import { attempt, line, record, requestId, without } from './records.ts';
import { type Bench, done, message, openBench, sumsOf } from './support.ts';

const stack = useStack({ only: ['clickhouse'] });

describe('ingest', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench(stack.clickhouseUrl());
  });
  afterEach(() => bench.close());

  /** Rows, roll-ups and their sums agree on that many requests. */
  const expectOnce = async (requests: number): Promise<void> => {
    const sums = await sumsOf(bench.clickhouse);
    expect(sums).toMatchObject({ rows: requests, ids: requests, final: { n: requests } });
    expect(sums.byKey).toEqual(sums.final);
    expect(sums.byRoute).toEqual(sums.final);
    expect(sums.byProvider).toEqual(sums.attempts);
  };

  it('stores each record once however its messages are delivered again', async () => {
    const lines = Array.from({ length: 12 }, (_, i) => line({ unpriced: i % 3 === 0 }));
    const [a, b, c] = [lines.slice(0, 4), lines.slice(4, 8), lines.slice(8)];
    expect(await bench.ingest.handle([message(1, a), message(2, b)])).toEqual(done(2));
    await bench.ingest.handle([message(2, b, 1), message(3, c)]);
    // After a restart, in other batches, without a word of the former delivery.
    const other = await bench.another();
    await other.handle([message(1, a), message(3, c)]);
    await other.handle([message(2, b, 2)]);
    await expectOnce(12);
    expect(bench.counts.repeats).toBe(4 + 12);
  });

  it('drops what is stored although nobody remembers it', async () => {
    const lines = [line(), line()];
    await bench.ingest.handle([message(7, lines)]);
    const { Ingest } = await import('../src/application/ingest.ts');
    const forgetful = new Ingest({ store: bench.store, observer: bench.counts, ackWaitMs: 60_000 });
    await forgetful.handle([message(7, lines, 1), message(8, [line()])]);
    await expectOnce(3);
  });

  it('keeps the first record in stream order when adapter and gateway wrote one each', async () => {
    const [x, y, z] = [requestId(), requestId(), requestId()];
    const byGateway = {
      recordedBy: 'gateway',
      usageSource: 'estimated',
      costPicoUsd: '7',
    } as const;
    await bench.ingest.handle([
      message(5, [line({ id: x, ...byGateway })]),
      message(4, [line({ id: x }), line({ id: y })]),
    ]);
    await bench.ingest.handle([message(6, [line({ id: y, ...byGateway })])]);
    await bench.ingest.handle([message(7, [line({ id: z, ...byGateway })])]);
    const other = await bench.another();
    await other.handle([message(8, [line({ id: z })])]);
    await expectOnce(3);
    const rows = await bench.clickhouse.query(
      'SELECT request_id, recorded_by, stream_sequence FROM requests ORDER BY request_id',
    );
    expect(rows).toEqual([
      { request_id: x, recorded_by: 'provider-adapter', stream_sequence: 4 },
      { request_id: y, recorded_by: 'provider-adapter', stream_sequence: 4 },
      { request_id: z, recorded_by: 'gateway', stream_sequence: 7 },
    ]);
  });

  it('lets the lowest place in the stream win where two rows got in all the same', async () => {
    const one = record();
    const row = (sequence: number, model: string) =>
      new RecordLine(Buffer.from(JSON.stringify({ ...one, model })), one.id, false, sequence, 0);
    await bench.store.insert([row(9, 'later')], 'a');
    await bench.store.insert([row(2, 'first')], 'b');
    await bench.store.insert([row(30, 'last')], 'c');
    const rows = await bench.clickhouse.query('SELECT model FROM requests FINAL');
    expect(rows).toEqual([{ model: 'first' }]);
  });

  it('counts a repeated insert once although a roll-up had failed the first time', async () => {
    const { clickhouse, store } = bench;
    const rows = [new RecordLine(Buffer.from(line()), 'x', false, 1, 0)];
    // The rows get in, the roll-up does not: as when the server dies in between.
    await clickhouse.command('RENAME TABLE usage_by_route_model_hour TO aside');
    await expect(store.insert(rows, 'token')).rejects.toMatchObject({ kind: 'rejected' });
    await clickhouse.command('RENAME TABLE aside TO usage_by_route_model_hour');
    await store.insert(rows, 'token');
    await store.insert(rows, 'token');
    await expectOnce(1);
  });

  it('parks lines that are no records with the reason, and stores the others', async () => {
    const wrongMoney = JSON.stringify({ ...record(), costPicoUsd: '1.5' });
    const negative = JSON.stringify({ ...record(), usage: { ...record().usage, inputTokens: -1 } });
    const homeless = without(record(), 'organizationId');
    const dispositions = await bench.ingest.handle([
      message(1, [line(), '{"v":1,"id":', line()]),
      message(2, [line()]),
      message(3, [wrongMoney, line(), negative]),
      message(4, [JSON.stringify(homeless), 'null', '{"v":1}']),
    ]);
    expect(dispositions).toEqual([
      { kind: 'dead', reason: 'is not JSON', lines: ['{"v":1,"id":'] },
      { kind: 'done' },
      {
        kind: 'dead',
        reason: 'is no record (costPicoUsd: invalid_format)',
        lines: [wrongMoney, negative],
      },
      {
        kind: 'dead',
        reason: expect.stringContaining('is no record'),
        lines: ['null', '{"v":1}', JSON.stringify(homeless)],
      },
    ]);
    await expectOnce(4);
    expect(bench.counts).toMatchObject({ rows: 4, deadLines: 6, holds: 0 });
  });

  it('narrows down what the contract allows and the store does not', async () => {
    const timeless = line({ startedAt: -5 });
    const dispositions = await bench.ingest.handle([
      message(1, [line(), line(), timeless]),
      message(2, [line(), line()]),
    ]);
    expect(dispositions).toEqual([
      { kind: 'dead', reason: 'was refused (469)', lines: [timeless] },
      { kind: 'done' },
    ]);
    await expectOnce(4);
  });

  it('sums attempts apart and counts what is unpriced, estimated or failed', async () => {
    await bench.ingest.handle([
      message(1, [
        line({
          attempts: [attempt({ code: 'provider.timeout', status: 0, usage: null }), attempt()],
        }),
        line({ unpriced: true, costPicoUsd: '0' }),
        line({ usageSource: 'partial', outcome: 'interrupted', code: 'upstream_interrupted' }),
        line({ outcome: 'refused', status: 402, attempts: [], recordedBy: 'gateway', draw: null }),
      ]),
    ]);
    await expectOnce(4);
    const { final } = await sumsOf(bench.clickhouse);
    expect(final).toMatchObject({ n: 4, unpriced: 1, estimated: 1, failures: 2 });
    const byCode = await bench.clickhouse.query(
      'SELECT code, sum(attempts) AS n FROM attempts_by_provider_hour GROUP BY code ORDER BY code',
    );
    expect(byCode).toEqual([
      { code: '', n: 3 },
      { code: 'provider.timeout', n: 1 },
    ]);
  });

  it('sets the retention to what the setting says', async () => {
    const { ClickHouseRecordStore } = await import('../src/adapters/record-store.ts');
    const ttl = async (): Promise<string> =>
      (
        await bench.clickhouse.query<{ text: string }>(
          "SELECT extract(engine_full, 'TTL ([^S]+)') AS text FROM system.tables WHERE database = currentDatabase() AND name = 'requests'",
        )
      )[0]?.text ?? '';
    expect(await ttl()).toContain('toIntervalMonth(13)');
    await new ClickHouseRecordStore(bench.clickhouse, 3).prepare();
    expect(await ttl()).toContain('toIntervalMonth(3)');
  });
});
