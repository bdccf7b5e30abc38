import type { Migration } from '@tollgate/clickhouse';

/**
 * Sums of requests by few dimensions each: one roll-up over all of them would have as many rows as the requests.
 * Views see each inserted block, not what replacing makes of it: repeats are left out before they are inserted.
 */
const SUMS = {
  requests: ['UInt64', 'count()'],
  failures: ['UInt64', "countIf(r.outcome IN ('refused', 'failed', 'interrupted'))"],
  unpriced: ['UInt64', 'countIf(r.unpriced)'],
  estimated: ['UInt64', "countIf(r.usage_source IN ('estimated', 'partial'))"],
  input_tokens: ['UInt64', 'sum(r.input_tokens)'],
  cached_input_tokens: ['UInt64', 'sum(r.cached_input_tokens)'],
  output_tokens: ['UInt64', 'sum(r.output_tokens)'],
  reasoning_tokens: ['UInt64', 'sum(r.reasoning_tokens)'],
  cost_usd: ['Decimal(76, 12)', 'sum(toDecimal256(r.cost_usd, 12))'],
} as const;

const QUANTILES = 'quantilesTDigest(0.5, 0.95, 0.99)';
const QUANTILES_IF = 'quantilesTDigestStateIf(0.5, 0.95, 0.99)';

const sumColumns = Object.entries(SUMS)
  .map(([name, [type]]) => `${name} SimpleAggregateFunction(sum, ${type})`)
  .join(', ');
const sumValues = Object.entries(SUMS)
  .map(([name, [, value]]) => `${value} AS ${name}`)
  .join(', ');

/** Of requests that were answered in full; time to the first token of those that were streamed. */
const latencyColumns = `total_ms AggregateFunction(${QUANTILES}, Float64), ttft_ms AggregateFunction(${QUANTILES}, Float64)`;
const latencyValues = `${QUANTILES_IF}(r.total_ms, r.outcome = 'completed') AS total_ms,
  ${QUANTILES_IF}(ifNull(r.ttft_ms, 0), isNotNull(r.ttft_ms)) AS ttft_ms`;

/** Roll-ups are small and outlive the rows they sum. */
const engine = (time: string, key: string): string => `ENGINE = AggregatingMergeTree
  PARTITION BY toYYYYMM(${time}) ORDER BY (${key}) TTL toDateTime(${time}) + INTERVAL 60 MONTH
  SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1`;

const text = (name: string): string => `${name} LowCardinality(String)`;

const KEY_DAY = 'org_id, project_id, key_id, provider, model, day';
const ROUTE_HOUR = 'org_id, project_id, route_id, model, hour';
const ATTEMPT_HOUR = 'org_id, ai_provider_id, provider, model, code, hour';

export const rollUpsMigration: Migration = {
  number: 2,
  name: 'roll-ups',
  statements: [
    `CREATE TABLE IF NOT EXISTS usage_by_key_model_day (
       ${['org_id', 'project_id', 'key_id', 'provider', 'model'].map(text).join(', ')}, day Date,
       ${sumColumns}, ${latencyColumns}
     ) ${engine('day', KEY_DAY)}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS usage_by_key_model_day_view TO usage_by_key_model_day AS
     SELECT r.org_id AS org_id, r.project_id AS project_id, r.key_id AS key_id, r.provider AS provider,
       r.model AS model, toDate(r.started_at) AS day, ${sumValues}, ${latencyValues}
     FROM requests AS r GROUP BY ${KEY_DAY}`,
    `CREATE TABLE IF NOT EXISTS usage_by_route_model_hour (
       ${['org_id', 'project_id', 'route_id', 'model'].map(text).join(', ')}, hour DateTime('UTC'),
       ${sumColumns}, ${latencyColumns}
     ) ${engine('hour', ROUTE_HOUR)}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS usage_by_route_model_hour_view TO usage_by_route_model_hour AS
     SELECT r.org_id AS org_id, r.project_id AS project_id, r.route_id AS route_id, r.model AS model,
       toStartOfHour(r.started_at) AS hour, ${sumValues}, ${latencyValues}
     FROM requests AS r GROUP BY ${ROUTE_HOUR}`,
    `CREATE TABLE IF NOT EXISTS attempts_by_provider_hour (
       ${['org_id', 'ai_provider_id', 'provider', 'model', 'code'].map(text).join(', ')}, hour DateTime('UTC'),
       attempts SimpleAggregateFunction(sum, UInt64),
       input_tokens SimpleAggregateFunction(sum, UInt64),
       output_tokens SimpleAggregateFunction(sum, UInt64),
       cost_usd SimpleAggregateFunction(sum, Decimal(76, 12)),
       duration_ms AggregateFunction(${QUANTILES}, Float64)
     ) ${engine('hour', ATTEMPT_HOUR)}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS attempts_by_provider_hour_view TO attempts_by_provider_hour AS
     SELECT org_id, a_ai_provider_id AS ai_provider_id, a_provider AS provider, a_model AS model,
       ifNull(a_code, '') AS code, toStartOfHour(a_started_at) AS hour, count() AS attempts,
       sum(a_input_tokens) AS input_tokens, sum(a_output_tokens) AS output_tokens,
       sum(toDecimal256(a_cost_usd, 12)) AS cost_usd,
       quantilesTDigestState(0.5, 0.95, 0.99)(a_duration_ms) AS duration_ms
     FROM requests
     ARRAY JOIN attempts.ai_provider_id AS a_ai_provider_id, attempts.provider AS a_provider, attempts.model AS a_model,
       attempts.code AS a_code, attempts.started_at AS a_started_at, attempts.input_tokens AS a_input_tokens,
       attempts.output_tokens AS a_output_tokens, attempts.cost_usd AS a_cost_usd,
       attempts.duration_ms AS a_duration_ms
     GROUP BY ${ATTEMPT_HOUR}`,
  ],
};
