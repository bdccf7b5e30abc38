import type { RequestView, TokenUsage } from '@tollgate/contracts';

/** Columns of `requests` with the names that they have there. */
interface StoredUsage {
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly cache_write_tokens: number;
  readonly cache_write_1h_tokens: number;
  readonly input_audio_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
  readonly output_audio_tokens: number;
}

interface StoredAttempt extends StoredUsage {
  readonly ai_provider_id: string;
  readonly provider: string;
  readonly model: string;
  readonly status: number;
  readonly code: string | null;
  /** Milliseconds since the epoch. */
  readonly started_at: number;
  readonly duration_ms: number;
  readonly usage_known: boolean;
  readonly cost_usd: string;
  readonly is_continuation: boolean;
  readonly access: 'platform' | 'byok';
}

/** A row as `STORED_REQUEST_COLUMNS` selects it. */
export interface StoredRequest extends StoredUsage {
  readonly request_id: string;
  readonly project_id: string;
  readonly key_id: string;
  readonly route_id: string;
  /** Milliseconds since the epoch. Another name than the column's: an alias would shadow it in the conditions. */
  readonly started_at_ms: number;
  readonly traceparent: string;
  readonly client_request_id: string | null;
  readonly operation: string;
  readonly dialect: string;
  readonly stream: boolean;
  readonly strategy: string;
  readonly model_asked: string | null;
  readonly ai_provider_id: string;
  readonly provider: string;
  readonly model: string;
  readonly outcome: string;
  readonly status: number;
  readonly code: string | null;
  readonly failure: string | null;
  readonly finish_reason: string | null;
  readonly usage_source: string;
  readonly cost_usd: string;
  readonly unpriced: boolean;
  readonly price_version: string;
  readonly attempts: readonly StoredAttempt[];
  readonly continuations: number;
  readonly auth_ms: number;
  readonly plan_ms: number;
  readonly grant_ms: number;
  readonly provider_ms: number;
  readonly ttft_ms: number | null;
  readonly total_ms: number;
  readonly dropped_params: string[];
  readonly metadata: Record<string, string>;
  readonly end_user: string | null;
  readonly recorded_by: string;
}

const TOKENS =
  `input_tokens cached_input_tokens cache_write_tokens cache_write_1h_tokens input_audio_tokens output_tokens
reasoning_tokens output_audio_tokens`.split(/\s+/);

const PLAIN =
  `request_id project_id key_id route_id traceparent client_request_id operation dialect stream strategy
model_asked ai_provider_id provider model outcome status code failure finish_reason usage_source cost_usd unpriced price_version
auth_ms plan_ms grant_ms provider_ms ttft_ms total_ms continuations dropped_params metadata end_user recorded_by`.split(
    /\s+/,
  );

const ATTEMPT = [
  ...'ai_provider_id provider model status code duration_ms usage_known cost_usd is_continuation access'.split(
    ' ',
  ),
  ...TOKENS,
];

/** Attempts as one array of named tuples, times in milliseconds. */
const ATTEMPTS = `CAST(arrayZip(
  arrayMap(one -> toUnixTimestamp64Milli(one), attempts.started_at), ${ATTEMPT.map((name) => `attempts.${name}`).join(', ')}
), 'Array(Tuple(started_at Int64, ${ATTEMPT.map((name) => `${name} ${typeOf(name)}`).join(', ')}))') AS attempts`;

export const STORED_REQUEST_COLUMNS = [
  ...PLAIN,
  ...TOKENS,
  'toUnixTimestamp64Milli(r.started_at) AS started_at_ms',
  ATTEMPTS,
].join(', ');

function typeOf(name: string): string {
  if (TOKENS.includes(name)) return 'UInt64';
  if (name === 'status') return 'Int32';
  if (name === 'code') return 'Nullable(String)';
  if (name === 'duration_ms') return 'Float64';
  if (name === 'usage_known' || name === 'is_continuation') return 'Bool';
  return name === 'cost_usd' ? 'Decimal(38, 12)' : 'String';
}

/** A stored row as the API shows it. */
export function toRequestView(row: StoredRequest): RequestView {
  return {
    id: row.request_id,
    projectId: row.project_id,
    keyId: row.key_id,
    routeId: row.route_id,
    startedAt: toIso(row.started_at_ms),
    status: row.status,
    outcome: row.outcome,
    code: row.code,
    failure: row.failure,
    operation: row.operation,
    dialect: row.dialect,
    stream: row.stream,
    strategy: row.strategy,
    modelAsked: row.model_asked,
    provider: row.provider,
    model: row.model,
    aiProviderId: row.ai_provider_id,
    usage: toUsage(row),
    usageSource: row.usage_source,
    costUsd: row.cost_usd,
    priceVersion: row.price_version,
    unpriced: row.unpriced,
    attempts: row.attempts.map((attempt) => ({
      aiProviderId: attempt.ai_provider_id,
      provider: attempt.provider,
      model: attempt.model,
      status: attempt.status,
      code: attempt.code,
      startedAt: toIso(attempt.started_at),
      durationMs: attempt.duration_ms,
      usage: attempt.usage_known ? toUsage(attempt) : null,
      costUsd: attempt.cost_usd,
      isContinuation: attempt.is_continuation,
      access: attempt.access,
    })),
    continuations: row.continuations,
    timings: {
      authMs: row.auth_ms,
      planMs: row.plan_ms,
      grantMs: row.grant_ms,
      providerMs: row.provider_ms,
      ttftMs: row.ttft_ms,
      totalMs: row.total_ms,
    },
    finishReason: row.finish_reason,
    metadata: row.metadata,
    endUser: row.end_user,
    traceparent: row.traceparent,
    clientRequestId: row.client_request_id,
    droppedParams: row.dropped_params,
    recordedBy: row.recorded_by,
  };
}

function toUsage(row: StoredUsage): TokenUsage {
  return {
    inputTokens: row.input_tokens,
    cachedInputTokens: row.cached_input_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    cacheWrite1hTokens: row.cache_write_1h_tokens,
    inputAudioTokens: row.input_audio_tokens,
    outputTokens: row.output_tokens,
    reasoningTokens: row.reasoning_tokens,
    outputAudioTokens: row.output_audio_tokens,
  };
}

const toIso = (milliseconds: number): string => new Date(milliseconds).toISOString();
