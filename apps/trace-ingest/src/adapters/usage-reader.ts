import type { ClickHouse } from '@tollgate/clickhouse';
import type { UsageAnswer, UsageQuery, UsageRow } from '@tollgate/contracts';

const MOST_ROWS = 10_000;
const READ_SETTINGS = {
  max_execution_time: 10,
  max_memory_usage: '2000000000',
  readonly: '2',
} as const;

type Dimension = UsageQuery['groupBy'][number];
type Interval = NonNullable<UsageQuery['interval']>;

const DIMENSIONS = {
  key: 'r.key_id',
  route: 'r.route_id',
  provider: 'r.provider',
  model: 'r.model',
  status: 'toString(r.status)',
  outcome: 'r.outcome',
  project: 'r.project_id',
  endUser: "ifNull(r.end_user, '')",
} as const satisfies Record<Dimension, string>;

/** Whole intervals of UTC. */
const BUCKETS = {
  minute: "toStartOfMinute(r.started_at, 'UTC')",
  hour: "toStartOfHour(r.started_at, 'UTC')",
  day: "toStartOfDay(r.started_at, 'UTC')",
  month: "toDateTime(toStartOfMonth(r.started_at, 'UTC'), 'UTC')",
} as const satisfies Record<Interval, string>;

interface StoredSums {
  readonly bucket: number | null;
  readonly groups: readonly string[];
  readonly requests: number;
  readonly failures: number;
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
  readonly cost_usd: string;
  readonly unpriced: number;
  readonly estimated: number;
  readonly timed: number;
  readonly latencies: readonly (number | null)[];
}

/**
 * Sums of one organization's requests. Rows that replacing has not merged yet are seen once (FINAL). Cost is summed in a
 * wider decimal, exactly. Latencies are those of requests answered in full.
 * @throws ClickHouseFailure
 */
export async function readUsage(
  clickhouse: ClickHouse,
  question: UsageQuery,
): Promise<UsageAnswer> {
  const dimensions = [...new Set(question.groupBy)];
  const rows = await clickhouse.query<StoredSums>(sqlOf(question, dimensions), {
    params: {
      organization: question.organizationId,
      project: question.projectId ?? '',
      from: Math.trunc(question.from),
      to: Math.trunc(question.to),
      rows: MOST_ROWS + 1,
    },
    settings: READ_SETTINGS,
  });
  return {
    outcome: 'found',
    rows: rows.slice(0, MOST_ROWS).map((row) => toUsageRow(row, dimensions)),
    truncated: rows.length > MOST_ROWS,
  };
}

/** Only text of this file goes in: every value is a parameter. */
function sqlOf(question: UsageQuery, dimensions: readonly Dimension[]): string {
  const bucket = question.interval ? `toUnixTimestamp(${BUCKETS[question.interval]})` : 'NULL';
  const groups = dimensions.map((dimension) => `toString(${DIMENSIONS[dimension]})`);
  const isGrouped = question.interval !== null || groups.length > 0;
  return `SELECT ${bucket} AS bucket, [${groups.join(', ')}]::Array(String) AS groups,
    count() AS requests,
    countIf(r.outcome IN ('refused', 'failed', 'interrupted')) AS failures,
    sum(r.input_tokens) AS input_tokens,
    sum(r.cached_input_tokens) AS cached_input_tokens,
    sum(r.output_tokens) AS output_tokens,
    sum(r.reasoning_tokens) AS reasoning_tokens,
    sum(toDecimal256(r.cost_usd, 12)) AS cost_usd,
    countIf(r.unpriced) AS unpriced,
    countIf(r.usage_source IN ('estimated', 'partial')) AS estimated,
    countIf(r.outcome = 'completed') AS timed,
    quantilesTDigestIf(0.5, 0.95)(r.total_ms, r.outcome = 'completed') AS latencies
  FROM requests AS r FINAL
  WHERE r.org_id = {organization: String}
    ${question.projectId === null ? '' : 'AND r.project_id = {project: String}'}
    AND r.started_at >= fromUnixTimestamp64Milli({from: Int64}, 'UTC')
    AND r.started_at < fromUnixTimestamp64Milli({to: Int64}, 'UTC')
  ${isGrouped ? 'GROUP BY bucket, groups' : 'HAVING requests > 0'}
  ORDER BY bucket, requests DESC, groups
  LIMIT {rows: UInt32}`;
}

function toUsageRow(row: StoredSums, dimensions: readonly Dimension[]): UsageRow {
  const [p50, p95] = row.latencies;
  return {
    bucket: row.bucket === null ? null : new Date(row.bucket * 1_000).toISOString(),
    group: Object.fromEntries(dimensions.map((name, i) => [name, row.groups[i] ?? ''])),
    requests: row.requests,
    failures: row.failures,
    inputTokens: row.input_tokens,
    cachedInputTokens: row.cached_input_tokens,
    outputTokens: row.output_tokens,
    reasoningTokens: row.reasoning_tokens,
    costUsd: row.cost_usd,
    unpriced: row.unpriced,
    estimated: row.estimated,
    p50Ms: row.timed > 0 ? (p50 ?? null) : null,
    p95Ms: row.timed > 0 ? (p95 ?? null) : null,
  };
}
