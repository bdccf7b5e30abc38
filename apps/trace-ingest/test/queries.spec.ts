import { RecordLine } from '../src/domain/record-line.ts';
import { connectClickHouse } from '@tollgate/clickhouse';
import { formatUsd, type RequestsQuery, type UsageQuery } from '@tollgate/contracts';
import { useStack } from '@tollgate/test-harness';
import fc from 'fast-check';
import { readKeyUse } from '../src/adapters/key-use-reader.ts';
import { readRequests } from '../src/adapters/requests-reader.ts';
import { readUsage } from '../src/adapters/usage-reader.ts';
import { TraceController } from '../src/adapters/trace.controller.ts';
import { createLogger } from '@tollgate/telemetry';
import { attempt, line, record, requestId, without } from './records.ts';
import { type Bench, message, openBench } from './support.ts';

const stack = useStack({ only: ['clickhouse'] });

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 10, 20, 12);

const usageOf = (over: Partial<UsageQuery> = {}): UsageQuery => ({
  organizationId: 'org_a',
  projectId: null,
  groupBy: [],
  from: NOON - DAY,
  to: NOON + DAY,
  interval: null,
  ...over,
});

const requestsOf = (over: Partial<RequestsQuery> = {}): RequestsQuery => ({
  organizationId: 'org_a',
  projectId: null,
  requestId: null,
  keyId: null,
  model: null,
  outcome: null,
  from: null,
  to: null,
  limit: 100,
  cursor: null,
  ...over,
});

describe('queries', () => {
  let bench: Bench;
  let sequence = 0;
  beforeAll(async () => {
    bench = await openBench(stack.clickhouseUrl());
  });
  afterEach(() => bench.clickhouse.command('TRUNCATE TABLE IF EXISTS requests'));
  afterAll(() => bench.close());

  const put = async (...lines: readonly string[]): Promise<void> => {
    await bench.ingest.handle([message(++sequence, lines)]);
  };

  it('shows a record as it was written', async () => {
    const written = record({
      modelAsked: 'gpt-5-mini',
      clientRequestId: 'mine "1"',
      metadata: { team: 'käse\n', 'it"s': "a 'quote' \\" },
      endUser: 'user-1',
      droppedParams: ['logit_bias'],
      attempts: [
        attempt({ code: 'provider.rate_limited', status: 429, usage: null, costPicoUsd: '0' }),
        attempt({ model: 'gpt-5', isContinuation: true, access: 'platform' }),
      ],
      continuations: 1,
    });
    await put(JSON.stringify(written), line());
    const answer = await readRequests(bench.clickhouse, requestsOf({ requestId: written.id }));
    const shown = without(
      written,
      ...(['v', 'organizationId', 'routeVersion', 'draw'] as const),
      ...(['costParts', 'costPicoUsd'] as const),
    );
    expect(answer).toEqual({
      outcome: 'found',
      nextCursor: null,
      requests: [
        {
          ...shown,
          costUsd: '0.000150000001',
          startedAt: new Date(written.startedAt).toISOString(),
          attempts: written.attempts.map(({ costPicoUsd, startedAt, ...other }) => ({
            isContinuation: false,
            access: 'byok',
            ...other,
            costUsd: formatUsd(BigInt(costPicoUsd)),
            startedAt: new Date(startedAt).toISOString(),
          })),
        },
      ],
    });
  });

  it('keeps every amount, count and text exact (property)', async () => {
    const pico = fc.bigInt({ min: 0n, max: 10n ** 24n });
    const tokens = fc.integer({ min: 0, max: 2 ** 45 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ pico, tokens, text: fc.string({ unit: 'grapheme' }) }), {
          minLength: 1,
          maxLength: 30,
        }),
        async (cases) => {
          const organizationId = `org_${requestId()}`;
          const records = cases.map((one) =>
            record({
              organizationId,
              costPicoUsd: one.pico.toString(),
              usage: { ...record().usage, inputTokens: one.tokens },
              endUser: one.text,
              metadata: { text: one.text },
            }),
          );
          await put(...records.map((one) => JSON.stringify(one)));
          const usage = await readUsage(bench.clickhouse, usageOf({ organizationId }));
          const total = cases.reduce((sum, one) => sum + one.pico, 0n);
          expect(usage).toMatchObject({
            rows: [
              {
                requests: cases.length,
                costUsd: formatUsd(total),
                inputTokens: cases.reduce((sum, one) => sum + one.tokens, 0),
              },
            ],
          });
          const list = await readRequests(bench.clickhouse, requestsOf({ organizationId }));
          const shown = new Map(
            list.outcome === 'found' ? list.requests.map((one) => [one.id, one]) : [],
          );
          for (const one of records)
            expect(shown.get(one.id)).toMatchObject({
              costUsd: formatUsd(BigInt(one.costPicoUsd)),
              endUser: one.endUser,
              metadata: one.metadata,
              usage: one.usage,
            });
        },
      ),
      { numRuns: 12 },
    );
  });

  it('answers nothing of another organization, whatever else is asked for', async () => {
    const foreign = record({ organizationId: 'org_b' });
    await put(line(), JSON.stringify(foreign));
    expect(await readRequests(bench.clickhouse, requestsOf({ requestId: foreign.id }))).toEqual({
      outcome: 'found',
      requests: [],
      nextCursor: null,
    });
    const forged = "org_a' OR org_id = 'org_b";
    for (const organizationId of ['org_c', forged, '']) {
      const usage = await readUsage(bench.clickhouse, usageOf({ organizationId }));
      expect(usage).toEqual({ outcome: 'found', rows: [], truncated: false });
    }
    const usage = await readUsage(bench.clickhouse, usageOf({ groupBy: ['project'] }));
    expect(usage).toMatchObject({ rows: [{ group: { project: 'prj_a' }, requests: 1 }] });
    const mine = await readRequests(bench.clickhouse, requestsOf({ organizationId: 'org_b' }));
    expect(mine).toMatchObject({ requests: [{ id: foreign.id }] });
  });

  it('pages from new to old without a repeat or a gap, where many started in one millisecond too', async () => {
    const lines = Array.from({ length: 57 }, (_, i) => line({ startedAt: NOON + (i % 3) }));
    await put(...lines);
    const seen: string[] = [];
    const times: string[] = [];
    let cursor: string | null = null;
    do {
      const answer = await readRequests(bench.clickhouse, requestsOf({ limit: 10, cursor }));
      if (answer.outcome !== 'found') throw new Error(answer.outcome);
      expect(answer.requests.length).toBeLessThanOrEqual(10);
      seen.push(...answer.requests.map((one) => one.id));
      times.push(...answer.requests.map((one) => one.startedAt));
      cursor = answer.nextCursor;
      // What arrives meanwhile is newer, and changes no later page.
      await put(line({ startedAt: NOON + 1_000 }));
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(57);
    expect(seen).toHaveLength(57);
    expect(times).toEqual([...times].sort().reverse());
    const wrong = await readRequests(bench.clickhouse, requestsOf({ cursor: "x'; DROP TABLE" }));
    expect(wrong).toEqual({ outcome: 'bad_cursor' });
  });

  it('reaches back as far as there are requests', async () => {
    const back = [0, 2, 40, 200].map((days) => line({ startedAt: NOON - days * DAY }));
    await put(...back);
    const starts = async (over: Partial<RequestsQuery>): Promise<readonly string[]> => {
      const answer = await readRequests(bench.clickhouse, requestsOf(over));
      return answer.outcome === 'found'
        ? answer.requests.map((one) => one.startedAt.slice(0, 10))
        : [];
    };
    const all = ['2026-11-20', '2026-11-18', '2026-10-11', '2026-05-04'];
    expect(await starts({})).toEqual(all);
    expect(await starts({ to: NOON + 1, limit: 1 })).toEqual(all.slice(0, 1));
    expect(await starts({ to: NOON + 1, limit: 2 })).toEqual(all.slice(0, 2));
    expect(await starts({ from: NOON - 41 * DAY, to: NOON })).toEqual(all.slice(1, 3));
  });

  it('groups by dimensions and intervals', async () => {
    await put(
      line({
        keyId: 'key_1',
        startedAt: NOON,
        costPicoUsd: '1',
        timings: { ...record().timings, totalMs: 100 },
      }),
      line({
        keyId: 'key_1',
        startedAt: NOON + 1_000,
        costPicoUsd: '2',
        status: 503,
        outcome: 'failed',
        unpriced: true,
      }),
      line({
        keyId: 'key_1',
        startedAt: NOON + 3_600_000,
        costPicoUsd: '4',
        usageSource: 'estimated',
      }),
      line({ keyId: 'key_2', startedAt: NOON, costPicoUsd: '8', outcome: 'refused', status: 402 }),
    );
    const usage = await readUsage(
      bench.clickhouse,
      usageOf({ groupBy: ['key', 'status'], interval: 'hour' }),
    );
    if (usage.outcome !== 'found') throw new Error(usage.outcome);
    const short = usage.rows.map((row) => [
      row.bucket,
      row.group.key,
      row.group.status,
      row.costUsd,
    ]);
    expect(short).toEqual([
      ['2026-11-20T12:00:00.000Z', 'key_1', '200', '0.000000000001'],
      ['2026-11-20T12:00:00.000Z', 'key_1', '503', '0.000000000002'],
      ['2026-11-20T12:00:00.000Z', 'key_2', '402', '0.000000000008'],
      ['2026-11-20T13:00:00.000Z', 'key_1', '200', '0.000000000004'],
    ]);
    expect(usage.rows[0]).toMatchObject({ p50Ms: 100, p95Ms: 100, failures: 0 });
    expect(usage.rows[1]).toMatchObject({ p50Ms: null, p95Ms: null, failures: 1, unpriced: 1 });
    expect(usage.rows[3]).toMatchObject({ estimated: 1 });
    for (const interval of ['minute', 'day', 'month'] as const) {
      const answer = await readUsage(
        bench.clickhouse,
        usageOf({
          groupBy: ['endUser', 'route', 'provider', 'model', 'outcome', 'project'],
          interval,
        }),
      );
      expect(answer).toMatchObject({ outcome: 'found', truncated: false });
    }
  });

  it('never counts a row twice that is not merged yet', async () => {
    const bytes = Buffer.from(line());
    await bench.store.insert([new RecordLine(bytes, 'a', false, 5, 0)], 'first');
    await bench.store.insert([new RecordLine(bytes, 'a', false, 9, 0)], 'second');
    const usage = await readUsage(bench.clickhouse, usageOf());
    expect(usage).toMatchObject({ rows: [{ requests: 1, costUsd: '0.000150000001' }] });
    const list = await readRequests(bench.clickhouse, requestsOf());
    expect(list).toMatchObject({ requests: [{}] });
  });

  it('tells when keys were used last, counting no request that was refused for its key', async () => {
    const at = (keyId: string, startedAt: number, over: object = {}) =>
      JSON.stringify(record({ keyId, startedAt, ...over }));
    const refused = { outcome: 'refused', status: 401, code: 'invalid_api_key' };
    await put(at('key_used', NOON), at('key_used', NOON + 7), at('key_other', NOON));
    await put(
      at('key_used', NOON + 3),
      at('key_used', NOON + 9, refused),
      at('key_no', 1, refused),
    );
    const keyIds = ['key_used', 'key_no', "'"];
    expect(await readKeyUse(bench.clickhouse, { keyIds })).toEqual({
      outcome: 'found',
      lastUsedAt: { key_used: NOON + 7 },
    });
  });

  it('says that it is unavailable while ClickHouse is away', async () => {
    const away = connectClickHouse({ url: 'http://a:b@127.0.0.1:1/c', application: 'test' });
    const controller = new TraceController(
      away,
      createLogger({ service: 'test', level: 'silent' }),
    );
    expect(await controller.usage(usageOf())).toEqual({ outcome: 'unavailable' });
    expect(await controller.requests(requestsOf())).toEqual({ outcome: 'unavailable' });
    await away.close();
  });
});
