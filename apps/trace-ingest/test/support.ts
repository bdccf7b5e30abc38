import { randomBytes } from 'node:crypto';
import { type ClickHouse, connectClickHouse } from '@tollgate/clickhouse';
import type { Disposition, DurableMessage } from '@tollgate/messaging';
import { ClickHouseRecordStore } from '../src/adapters/record-store.ts';
import { Ingest } from '../src/application/ingest.ts';
import type { IngestObserver } from '../src/application/ports.ts';

/** Counts what an ingest reports. */
export class Counts implements IngestObserver {
  rows = 0;
  repeats = 0;
  deadLines = 0;
  holds = 0;

  stored(rows: readonly unknown[]): void {
    this.rows += rows.length;
  }

  repeated(lines: number): void {
    this.repeats += lines;
  }

  dead(lines: number): void {
    this.deadLines += lines;
  }

  held(): void {
    this.holds++;
  }
}

export interface Bench {
  readonly clickhouse: ClickHouse;
  readonly store: ClickHouseRecordStore;
  readonly counts: Counts;
  readonly ingest: Ingest;
  /** Another process of the service on the same database: it remembers what it recalls, no more. */
  another(): Promise<Ingest>;
  close(): Promise<void>;
}

/** A database of its own with the schema, and an ingest on it. */
export async function openBench(serverUrl: string): Promise<Bench> {
  const url = new URL(serverUrl);
  url.pathname = `/trace_${randomBytes(6).toString('hex')}`;
  const clickhouse = connectClickHouse({
    url: url.toString(),
    application: 'test',
    timeoutMs: 5_000,
  });
  const store = new ClickHouseRecordStore(clickhouse, 13);
  await store.prepare();
  const counts = new Counts();
  const create = (): Ingest => new Ingest({ store, observer: counts, ackWaitMs: 60_000 });
  const ingest = create();
  return {
    clickhouse,
    store,
    counts,
    ingest,
    another: async () => {
      const other = create();
      await other.recall();
      return other;
    },
    close: async () => {
      ingest.stop();
      await clickhouse.command('DROP DATABASE IF EXISTS {name: Identifier}', {
        params: { name: clickhouse.database },
      });
      await clickhouse.close();
    },
  };
}

export function message(
  sequence: number,
  lines: readonly string[],
  redeliveries = 0,
): DurableMessage {
  return { sequence, lines, redeliveries, bytes: Buffer.from(lines.join('\n')) };
}

export const done = (count: number): readonly Disposition[] =>
  Array.from({ length: count }, () => ({ kind: 'done' }));

/** What the roll-ups hold must be what the rows say, each request counted once. */
export async function sumsOf(clickhouse: ClickHouse): Promise<{
  readonly rows: number;
  readonly ids: number;
  readonly final: unknown;
  readonly byKey: unknown;
  readonly byRoute: unknown;
  readonly attempts: unknown;
  readonly byProvider: unknown;
}> {
  const [rows] = await clickhouse.query<{ rows: number; ids: number }>(
    'SELECT count() AS rows, uniqExact(request_id) AS ids FROM requests',
  );
  const sums = `sum(requests) AS n, sum(cost_usd) AS cost, sum(input_tokens) AS tokens, sum(unpriced) AS unpriced,
    sum(estimated) AS estimated, sum(failures) AS failures`;
  const one = async (sql: string): Promise<unknown> => (await clickhouse.query(sql))[0];
  return {
    rows: rows?.rows ?? 0,
    ids: rows?.ids ?? 0,
    final:
      await one(`SELECT count() AS n, sum(toDecimal256(r.cost_usd, 12)) AS cost, sum(input_tokens) AS tokens,
      countIf(unpriced) AS unpriced, countIf(usage_source IN ('estimated', 'partial')) AS estimated,
      countIf(outcome IN ('refused', 'failed', 'interrupted')) AS failures FROM requests AS r FINAL`),
    byKey: await one(`SELECT ${sums} FROM usage_by_key_model_day`),
    byRoute: await one(`SELECT ${sums} FROM usage_by_route_model_hour`),
    attempts: await one(`SELECT count() AS n, sum(toDecimal256(cost, 12)) AS cost FROM
      (SELECT arrayJoin(attempts.cost_usd) AS cost FROM requests FINAL)`),
    byProvider: await one(
      'SELECT sum(attempts) AS n, sum(cost_usd) AS cost FROM attempts_by_provider_hour',
    ),
  };
}
