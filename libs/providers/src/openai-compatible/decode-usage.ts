import { parseUsd, type PicoUsd, type TokenUsage } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';
import type { Quirks } from './quirks.ts';

/** No call has more; what claims more is a mistake. */
const MOST_TOKENS = 1_000_000_000;

/**
 * The usage of an answer or a chunk. Null where the counts are missing or make no sense (negative, no integer, absurd);
 * parts that do not fit into their totals are cut to fit.
 */
export function decodeUsage(raw: unknown, quirks: Quirks): TokenUsage | null {
  if (!isRecord(raw)) return null;
  const prompt = count(raw.prompt_tokens);
  const completion = count(raw.completion_tokens) ?? rest(count(raw.total_tokens), prompt);
  if (prompt === undefined || completion === undefined) return null;

  const input = isRecord(raw.prompt_tokens_details) ? raw.prompt_tokens_details : NOTHING;
  const output = isRecord(raw.completion_tokens_details) ? raw.completion_tokens_details : NOTHING;
  const reasoning = count(output.reasoning_tokens) ?? 0;
  const isApart = reasoning > 0 && reasoningIsApart(raw, prompt, completion, reasoning, quirks);
  const outputTokens = isApart ? completion + reasoning : completion;
  const cached = count(input.cached_tokens) ?? count(raw.prompt_cache_hit_tokens) ?? 0;
  const cachedInputTokens = Math.min(cached, prompt);
  return {
    inputTokens: prompt,
    cachedInputTokens,
    cacheWriteTokens: Math.min(count(input.cache_write_tokens) ?? 0, prompt - cachedInputTokens),
    cacheWrite1hTokens: 0,
    inputAudioTokens: Math.min(count(input.audio_tokens) ?? 0, prompt),
    outputTokens,
    reasoningTokens: Math.min(reasoning, outputTokens),
    outputAudioTokens: Math.min(count(output.audio_tokens) ?? 0, outputTokens),
  };
}

/** What the vendor says it charges, where it says so and the charge is the whole price. */
export function decodeReportedCost(raw: unknown, quirks: Quirks): PicoUsd | null {
  if (!quirks.reportsCost || !isRecord(raw) || raw.is_byok === true) return null;
  const { cost } = raw;
  if (typeof cost !== 'number' || !(cost >= 0) || cost > 1_000_000) return null;
  return parseUsd(cost.toFixed(12)) ?? null;
}

/** The totals tell: they hold for vendors behind another gateway too, such as Grok on Azure. */
function reasoningIsApart(
  raw: Readonly<Record<string, unknown>>,
  prompt: number,
  completion: number,
  reasoning: number,
  quirks: Quirks,
): boolean {
  const total = count(raw.total_tokens);
  if (total === prompt + completion + reasoning) return true;
  if (total === prompt + completion) return false;
  return quirks.reasoningIsApart;
}

const NOTHING: Readonly<Record<string, unknown>> = {};

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
    ? value
    : undefined;
}

function rest(total: number | undefined, part: number | undefined): number | undefined {
  return total !== undefined && part !== undefined && total >= part ? total - part : undefined;
}
