import { type ClickHouse, migrate, waitForServer } from '@tollgate/clickhouse';
import type { RecordStore, StoredLately } from '../application/ports.ts';
import { parseJson, type RecordLine } from '../domain/record-line.ts';
import { MIGRATIONS } from '../migrations/index.ts';

/** Two records of one request give the same start, or nearly. */
const SLACK = 'INTERVAL 1 DAY';
/** Parameters travel in the URL. */
const IDS_A_QUERY = 200;
const PING_PATIENCE_MS = 3_000;
const UNKNOWN_DATABASE = 81;
/** Given up before the messages of a process that died are delivered again: by then it is known what was stored. */
const INSERT_SECONDS = 8;
const END_OF_TIME = Date.UTC(2200, 0);
const LOOK_UP_SECONDS = 20;
const LINE_BREAK = 0x0a;

/** The record's own fields, as `request_lines` takes them. */
const COLUMNS = [
  'streamSequence',
  'v',
  'id',
  'organizationId',
  'projectId',
  'keyId',
  'routeId',
  'routeVersion',
  'traceparent',
  'clientRequestId',
  'startedAt',
  'operation',
  'dialect',
  'stream',
  'strategy',
  'modelAsked',
  'aiProviderId',
  'provider',
  'model',
  'outcome',
  'status',
  'code',
  'failure',
  'finishReason',
  'usage',
  'usageSource',
  'costPicoUsd',
  'costParts',
  'unpriced',
  'priceVersion',
  'attempts',
  'continuations',
  'timings',
  'draw',
  'droppedParams',
  'metadata',
  'endUser',
  'recordedBy',
] as const;

/** Records in ClickHouse. */
export class ClickHouseRecordStore implements RecordStore {
  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly retentionMonths: number,
  ) {}

  async prepare(): Promise<void> {
    await waitForServer(this.clickhouse, { patienceMs: PING_PATIENCE_MS });
    await this.clickhouse.query('SELECT 1').catch(async (failure: unknown) => {
      if (codeOf(failure) !== UNKNOWN_DATABASE) throw failure;
      await this.clickhouse.ensureDatabase();
    });
    await migrate(this.clickhouse, MIGRATIONS);
    await this.setRetention();
  }

  async insert(rows: readonly RecordLine[], token: string): Promise<void> {
    await this.clickhouse.insertLines(
      { table: 'request_lines', columns: [...COLUMNS], lines: withSequences(rows), token },
      { settings: { max_execution_time: INSERT_SECONDS } },
    );
  }

  async findStored(rows: readonly RecordLine[]): Promise<ReadonlySet<string>> {
    const { from, to } = timesOf(rows);
    const stored = new Set<string>();
    for (let i = 0; i < rows.length; i += IDS_A_QUERY) {
      const ids = rows.slice(i, i + IDS_A_QUERY).map((row) => row.id);
      const found = await this.clickhouse.query<{ request_id: string }>(
        `SELECT DISTINCT request_id FROM requests
         WHERE started_at BETWEEN fromUnixTimestamp64Milli({from: Int64}) - ${SLACK}
             AND fromUnixTimestamp64Milli({to: Int64}) + ${SLACK}
           AND request_id IN {ids: Array(String)}`,
        { params: { ids, from, to }, settings: { max_execution_time: LOOK_UP_SECONDS } },
      );
      for (const { request_id } of found) stored.add(request_id);
    }
    return stored;
  }

  async storedLately(most: number): Promise<StoredLately> {
    const settings = { max_execution_time: LOOK_UP_SECONDS };
    const rows = await this.clickhouse.query<{ request_id: string; stream_sequence: number }>(
      `SELECT request_id, stream_sequence FROM requests WHERE started_at > now64(3) - INTERVAL 2 DAY
       ORDER BY precedence LIMIT {most: UInt32}`,
      { params: { most }, settings },
    );
    return {
      ids: rows.map((row) => row.request_id).reverse(),
      highestSequence: rows[0]?.stream_sequence ?? 0,
    };
  }

  /** Changes when rows expire, where the setting differs from what the table has. Whole months are dropped, no rows. */
  private async setRetention(): Promise<void> {
    const months = Math.trunc(this.retentionMonths);
    const rows = await this.clickhouse.query<{ engine_full: string }>(
      "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'requests'",
    );
    if (rows[0]?.engine_full.includes(`toIntervalMonth(${months})`)) return;
    await this.clickhouse.command(
      `ALTER TABLE requests MODIFY TTL toDateTime(started_at) + INTERVAL ${months} MONTH`,
      { settings: { materialize_ttl_after_modify: 0 } },
    );
  }
}

/** The records as lines, each with its place in the stream as its first field. */
function withSequences(rows: readonly RecordLine[]): Buffer {
  const prefixes = rows.map(({ sequence }) => `{"streamSequence":${sequence},`);
  const size = rows.reduce((sum, row, i) => sum + row.bytes.length + (prefixes[i]?.length ?? 0), 0);
  const lines = Buffer.allocUnsafe(size);
  let at = 0;
  for (const [i, { bytes }] of rows.entries()) {
    at += lines.write(prefixes[i] ?? '', at, 'latin1');
    // Without its own brace, and with a line break instead: the length is the same.
    at += bytes.copy(lines, at, 1);
    lines[at++] = LINE_BREAK;
  }
  return lines;
}

/** When the requests of these lines started, milliseconds since the epoch; everything there is where no line says. */
function timesOf(rows: readonly RecordLine[]): { readonly from: number; readonly to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const row of rows) {
    const record = parseJson(row.text);
    const isTimed = typeof record === 'object' && record !== null && 'startedAt' in record;
    const startedAt = isTimed ? Math.trunc(Number(record.startedAt)) : Number.NaN;
    if (!Number.isSafeInteger(startedAt) || startedAt < 0) continue;
    from = Math.min(from, startedAt);
    to = Math.max(to, startedAt);
  }
  return from <= to ? { from, to } : { from: 0, to: END_OF_TIME };
}

function codeOf(failure: unknown): unknown {
  return failure instanceof Error && 'code' in failure ? failure.code : undefined;
}
