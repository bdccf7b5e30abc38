import type { Migration } from '@tollgate/clickhouse';

const TOKENS = [
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'cacheWrite1hTokens',
  'inputAudioTokens',
  'outputTokens',
  'reasoningTokens',
  'outputAudioTokens',
] as const;

const snake = (name: string): string =>
  name.replace(/[A-Z]|(?<=[a-z])\d+/g, (c) => `_${c.toLowerCase()}`);

/** Pico-USD: integers of up to 38 digits. */
const PICO = 'Decimal(38, 0)';
/** Dollars with all twelve decimals of pico-USD, so nothing is ever rounded. */
const DOLLARS = 'Decimal(38, 12)';

const dollarsOf = (pico: string): string =>
  `CAST(CAST(${pico}, 'Decimal(76, 12)') / CAST(1000000000000, 'Decimal(76, 0)'), '${DOLLARS}')`;

const usageTuple = (type: string): string =>
  `Tuple(${TOKENS.map((name) => `${name} ${type}`).join(', ')})`;

/** A line of the stream as it stands, with its place in front. Nothing is stored here: the view below carries it on. */
const REQUEST_LINES = `CREATE TABLE IF NOT EXISTS request_lines (
  streamSequence UInt64,
  v UInt8,
  id String,
  organizationId String,
  projectId String,
  keyId String,
  routeId String,
  routeVersion UInt32,
  traceparent String,
  clientRequestId Nullable(String),
  startedAt Float64,
  operation String,
  dialect String,
  stream Bool,
  strategy String,
  modelAsked Nullable(String),
  aiProviderId String,
  provider String,
  model String,
  outcome String,
  status Int32,
  code Nullable(String),
  failure Nullable(String),
  finishReason Nullable(String),
  usage ${usageTuple('UInt64')},
  usageSource String,
  costPicoUsd Nullable(${PICO}),
  costParts Tuple(input ${PICO}, cachedInput ${PICO}, cacheWrite ${PICO}, output ${PICO}),
  unpriced Bool,
  priceVersion String,
  attempts Array(Tuple(
    aiProviderId String, provider String, model String, status Int32, code Nullable(String),
    startedAt Float64, durationMs Float64, usage ${usageTuple('Nullable(UInt64)')}, costPicoUsd ${PICO},
    isContinuation Bool, access String
  )),
  continuations UInt32,
  timings Tuple(
    authMs Float64, planMs Float64, grantMs Float64, providerMs Float64, ttftMs Nullable(Float64), totalMs Float64
  ),
  draw Tuple(grantId String, amounts Tuple(costPicoUsd ${PICO}, tokens UInt64, requests UInt64)),
  droppedParams Array(String),
  metadata Map(String, String),
  endUser Nullable(String),
  recordedBy String,
  CONSTRAINT is_whole CHECK v = 1 AND id != '' AND organizationId != '' AND startedAt > 0 AND outcome != ''
    AND recordedBy != '' AND isNotNull(costPicoUsd) AND costPicoUsd >= 0
) ENGINE = Null`;

/**
 * One row for each request. Of rows with one id the lowest place in the stream wins. The newest schema version of a
 * record only adds columns.
 */
const REQUESTS = `CREATE TABLE IF NOT EXISTS requests (
  request_id String CODEC(ZSTD(1)),
  org_id LowCardinality(String),
  project_id LowCardinality(String),
  key_id LowCardinality(String),
  route_id LowCardinality(String),
  route_version UInt32 CODEC(T64, ZSTD(1)),
  started_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  trace_id String CODEC(ZSTD(1)),
  traceparent String CODEC(ZSTD(1)),
  client_request_id Nullable(String) CODEC(ZSTD(1)),
  operation LowCardinality(String),
  dialect LowCardinality(String),
  stream Bool,
  strategy LowCardinality(String),
  model_asked LowCardinality(Nullable(String)),
  ai_provider_id LowCardinality(String),
  provider LowCardinality(String),
  model LowCardinality(String),
  outcome LowCardinality(String),
  status Int32 CODEC(T64, ZSTD(1)),
  code LowCardinality(Nullable(String)),
  failure LowCardinality(Nullable(String)),
  finish_reason LowCardinality(Nullable(String)),
  ${TOKENS.map((name) => `${snake(name)} UInt64 CODEC(T64, ZSTD(1))`).join(',\n  ')},
  usage_source LowCardinality(String),
  cost_usd ${DOLLARS} CODEC(ZSTD(1)),
  cost_input_usd ${DOLLARS} CODEC(ZSTD(1)),
  cost_cached_input_usd ${DOLLARS} CODEC(ZSTD(1)),
  cost_cache_write_usd ${DOLLARS} CODEC(ZSTD(1)),
  cost_output_usd ${DOLLARS} CODEC(ZSTD(1)),
  unpriced Bool,
  price_version LowCardinality(String),
  attempts Nested(
    ai_provider_id LowCardinality(String), provider LowCardinality(String), model LowCardinality(String),
    status Int32, code LowCardinality(Nullable(String)), started_at DateTime64(3, 'UTC'), duration_ms Float64,
    usage_known Bool, ${TOKENS.map((name) => `${snake(name)} UInt64`).join(', ')}, cost_usd ${DOLLARS},
    is_continuation Bool, access LowCardinality(String)
  ),
  continuations UInt32 CODEC(T64, ZSTD(1)),
  auth_ms Float64 CODEC(ZSTD(1)),
  plan_ms Float64 CODEC(ZSTD(1)),
  grant_ms Float64 CODEC(ZSTD(1)),
  provider_ms Float64 CODEC(ZSTD(1)),
  ttft_ms Nullable(Float64) CODEC(ZSTD(1)),
  total_ms Float64 CODEC(ZSTD(1)),
  grant_id String CODEC(ZSTD(1)),
  drawn_usd ${DOLLARS} CODEC(ZSTD(1)),
  drawn_tokens UInt64 CODEC(T64, ZSTD(1)),
  dropped_params Array(LowCardinality(String)),
  metadata Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  end_user Nullable(String) CODEC(ZSTD(1)),
  recorded_by LowCardinality(String),
  precedence UInt64 COMMENT 'highest wins: 2^53 - 1 less the place in the stream' CODEC(Delta, ZSTD(1)),
  ingested_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  stream_sequence UInt64 ALIAS 9007199254740991 - precedence,
  INDEX by_id (request_id, trace_id, client_request_id, end_user) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_metadata (mapKeys(metadata), mapValues(metadata)) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_range (cost_usd, total_ms, precedence) TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(precedence)
PARTITION BY toYYYYMM(started_at)
ORDER BY (org_id, project_id, toStartOfMinute(started_at), xxHash32(trace_id), request_id)
SAMPLE BY xxHash32(trace_id)
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1`;

const time = (milliseconds: string): string =>
  `fromUnixTimestamp64Milli(toInt64(${milliseconds}), 'UTC')`;

const attemptUsage = (name: string): string =>
  `arrayMap(one -> ifNull(one.usage.${name}, 0), l.attempts) AS \`attempts.${snake(name)}\``;

const REQUESTS_FROM_LINES = `CREATE MATERIALIZED VIEW IF NOT EXISTS requests_from_lines TO requests AS SELECT
  l.id AS request_id,
  l.organizationId AS org_id,
  l.projectId AS project_id,
  l.keyId AS key_id,
  l.routeId AS route_id,
  l.routeVersion AS route_version,
  ${time('l.startedAt')} AS started_at,
  substring(l.traceparent, 4, 32) AS trace_id,
  l.traceparent AS traceparent,
  l.clientRequestId AS client_request_id,
  l.operation AS operation,
  l.dialect AS dialect,
  l.stream AS stream,
  l.strategy AS strategy,
  l.modelAsked AS model_asked,
  l.aiProviderId AS ai_provider_id,
  l.provider AS provider,
  l.model AS model,
  l.outcome AS outcome,
  l.status AS status,
  l.code AS code,
  l.failure AS failure,
  l.finishReason AS finish_reason,
  ${TOKENS.map((name) => `l.usage.${name} AS ${snake(name)}`).join(',\n  ')},
  l.usageSource AS usage_source,
  ${dollarsOf('assumeNotNull(l.costPicoUsd)')} AS cost_usd,
  ${dollarsOf('l.costParts.input')} AS cost_input_usd,
  ${dollarsOf('l.costParts.cachedInput')} AS cost_cached_input_usd,
  ${dollarsOf('l.costParts.cacheWrite')} AS cost_cache_write_usd,
  ${dollarsOf('l.costParts.output')} AS cost_output_usd,
  l.unpriced AS unpriced,
  l.priceVersion AS price_version,
  l.attempts.aiProviderId AS \`attempts.ai_provider_id\`,
  l.attempts.provider AS \`attempts.provider\`,
  l.attempts.model AS \`attempts.model\`,
  l.attempts.status AS \`attempts.status\`,
  l.attempts.code AS \`attempts.code\`,
  arrayMap(one -> ${time('one.startedAt')}, l.attempts) AS \`attempts.started_at\`,
  l.attempts.durationMs AS \`attempts.duration_ms\`,
  arrayMap(one -> isNotNull(one.usage.inputTokens), l.attempts) AS \`attempts.usage_known\`,
  ${TOKENS.map(attemptUsage).join(',\n  ')},
  arrayMap(one -> ${dollarsOf('one.costPicoUsd')}, l.attempts) AS \`attempts.cost_usd\`,
  l.attempts.isContinuation AS \`attempts.is_continuation\`,
  arrayMap(one -> if(one.access = '', 'byok', one.access), l.attempts) AS \`attempts.access\`,
  l.continuations AS continuations,
  l.timings.authMs AS auth_ms,
  l.timings.planMs AS plan_ms,
  l.timings.grantMs AS grant_ms,
  l.timings.providerMs AS provider_ms,
  l.timings.ttftMs AS ttft_ms,
  l.timings.totalMs AS total_ms,
  l.draw.grantId AS grant_id,
  ${dollarsOf('l.draw.amounts.costPicoUsd')} AS drawn_usd,
  l.draw.amounts.tokens AS drawn_tokens,
  l.droppedParams AS dropped_params,
  l.metadata AS metadata,
  l.endUser AS end_user,
  l.recordedBy AS recorded_by,
  9007199254740991 - l.streamSequence AS precedence
FROM request_lines AS l`;

export const requestsMigration: Migration = {
  number: 1,
  name: 'requests',
  statements: [REQUEST_LINES, REQUESTS, REQUESTS_FROM_LINES],
};
