import type { Attempt, RequestRecord } from '@tollgate/contracts';

type Value = string | number | boolean | null | undefined;

/**
 * OpenTelemetry's names for calls of language models. They are still in development, so they stand here alone.
 * See https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ (2026-11). Names under `tollgate.` are ours.
 */
export const REQUEST_ATTRIBUTES = {
  'gen_ai.operation.name': (r) => r.operation,
  'gen_ai.provider.name': (r) => r.provider,
  'gen_ai.request.model': (r) => r.modelAsked ?? undefined,
  'gen_ai.response.model': (r) => r.model,
  'gen_ai.response.finish_reasons': (r) => r.finishReason,
  'gen_ai.usage.input_tokens': (r) => r.usage.inputTokens,
  'gen_ai.usage.output_tokens': (r) => r.usage.outputTokens,
  'gen_ai.usage.cache_read.input_tokens': (r) => r.usage.cachedInputTokens,
  'gen_ai.usage.cache_creation.input_tokens': (r) => r.usage.cacheWriteTokens,
  'gen_ai.usage.reasoning.output_tokens': (r) => r.usage.reasoningTokens,
  'gen_ai.response.time_to_first_chunk': (r) =>
    r.timings.ttftMs === null ? null : r.timings.ttftMs / 1_000,
  'http.response.status_code': (r) => r.status,
  'error.type': (r) => r.code,
  'tollgate.request.id': (r) => r.id,
  'tollgate.organization.id': (r) => r.organizationId,
  'tollgate.project.id': (r) => r.projectId,
  'tollgate.key.id': (r) => r.keyId,
  'tollgate.route.id': (r) => r.routeId,
  'tollgate.strategy': (r) => r.strategy,
  'tollgate.outcome': (r) => r.outcome,
  'tollgate.failure': (r) => r.failure,
  'tollgate.usage.source': (r) => r.usageSource,
  // A decimal string: a float would round it.
  'tollgate.cost.pico_usd': (r) => r.costPicoUsd,
  'tollgate.unpriced': (r) => r.unpriced,
  'tollgate.stream': (r) => r.stream,
} as const satisfies Record<string, (record: RequestRecord) => Value>;

export const ATTEMPT_ATTRIBUTES = {
  'gen_ai.provider.name': (a) => a.provider,
  'gen_ai.request.model': (a) => a.model,
  'gen_ai.usage.input_tokens': (a) => a.usage?.inputTokens,
  'gen_ai.usage.output_tokens': (a) => a.usage?.outputTokens,
  'gen_ai.usage.cache_read.input_tokens': (a) => a.usage?.cachedInputTokens,
  'http.response.status_code': (a) => (a.status === 0 ? undefined : a.status),
  'error.type': (a) => a.code,
  'tollgate.ai_provider.id': (a) => a.aiProviderId,
  'tollgate.cost.pico_usd': (a) => a.costPicoUsd,
} as const satisfies Record<string, (attempt: Attempt) => Value>;

type Attributes = Readonly<Record<string, string | number | boolean>>;

/** The attributes that have a value. */
export function attributesOf<T>(table: Record<string, (one: T) => Value>, one: T): Attributes {
  const attributes: Record<string, string | number | boolean> = {};
  for (const [name, read] of Object.entries(table)) {
    const value = read(one);
    if (value !== null && value !== undefined && value !== '') attributes[name] = value;
  }
  return attributes;
}
