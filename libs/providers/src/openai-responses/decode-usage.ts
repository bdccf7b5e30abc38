import { parseUsd, type PicoUsd, type TokenUsage } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';

/** No call has more; what claims more is a mistake. */
const MOST_TOKENS = 1_000_000_000;
/** xAI counts ten billion ticks to the dollar (docs.x.ai/docs/key-information/consumption-and-rate-limits, 2026-11). */
const PICO_USD_PER_TICK = 100n;
const MOST_USD = 1_000_000;

/** Whether a vendor's own word on the cost is the whole price. */
export type CostReport = 'none' | 'ticks' | 'usd';

/**
 * The `usage` of a response. Null where the counts are missing or make no sense; parts that do not fit into their totals
 * are cut to fit.
 * @param output the response's items: searches of the web stand there alone
 */
export function decodeResponsesUsage(raw: unknown, output: unknown): TokenUsage | null {
  if (!isRecord(raw)) return null;
  const inputTokens = count(raw.input_tokens);
  const written = count(raw.output_tokens);
  if (inputTokens === undefined || written === undefined) return null;
  const inputDetails = isRecord(raw.input_tokens_details) ? raw.input_tokens_details : NOTHING;
  const outputDetails = isRecord(raw.output_tokens_details) ? raw.output_tokens_details : NOTHING;
  const reasoning = count(outputDetails.reasoning_tokens) ?? 0;
  const isApart = reasoning > 0 && count(raw.total_tokens) === inputTokens + written + reasoning;
  const outputTokens = isApart ? written + reasoning : written;
  const cachedInputTokens = Math.min(count(inputDetails.cached_tokens) ?? 0, inputTokens);
  const kept = count(inputDetails.cache_write_tokens) ?? 0;
  const webSearches = countSearches(output);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.min(kept, inputTokens - cachedInputTokens),
    cacheWrite1hTokens: 0,
    inputAudioTokens: Math.min(count(inputDetails.audio_tokens) ?? 0, inputTokens),
    outputTokens,
    reasoningTokens: Math.min(reasoning, outputTokens),
    outputAudioTokens: Math.min(count(outputDetails.audio_tokens) ?? 0, outputTokens),
    ...(webSearches > 0 ? { webSearches } : {}),
  };
}

/** Opening a page, and finding in it, cost nothing beside their tokens (platform.openai.com/docs/pricing, 2026-11). */
function countSearches(output: unknown): number {
  const isSearch = (item: unknown): boolean => {
    if (!isRecord(item) || item.type !== 'web_search_call' || item.status === 'failed')
      return false;
    return !isRecord(item.action) || item.action.type === 'search';
  };
  return Array.isArray(output) ? output.filter(isSearch).length : 0;
}

/** What the vendor says it charges: xAI in ticks, OpenRouter in USD unless the caller's own key was used there. */
export function decodeResponsesCost(raw: unknown, report: CostReport): PicoUsd | null {
  if (!isRecord(raw)) return null;
  if (report === 'ticks') {
    const ticks = raw.cost_in_usd_ticks;
    return typeof ticks === 'number' && Number.isSafeInteger(ticks) && ticks >= 0
      ? BigInt(ticks) * PICO_USD_PER_TICK
      : null;
  }
  const { cost } = raw;
  if (report === 'none' || raw.is_byok === true || typeof cost !== 'number') return null;
  return cost >= 0 && cost <= MOST_USD ? (parseUsd(cost.toFixed(12)) ?? null) : null;
}

const NOTHING: Readonly<Record<string, unknown>> = {};

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
    ? value
    : undefined;
}
