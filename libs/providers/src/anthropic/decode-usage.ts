import type { TokenUsage } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';

type Json = Readonly<Record<string, unknown>>;

/** No call has more; what claims more is a mistake. */
const MOST_TOKENS = 1_000_000_000;

/**
 * Anthropic's counts as ours: its `input_tokens` leave cached and written tokens out, ours hold them. What a compaction
 * took stands apart in `iterations` and is added (docs.anthropic.com/en/docs/build-with-claude/compaction, 2026-11).
 * Null where the totals are missing or make no sense; parts that do not fit are cut.
 */
export function decodeUsage(raw: unknown): TokenUsage | null {
  if (!isRecord(raw)) return null;
  const input = count(raw.input_tokens);
  const output = count(raw.output_tokens);
  if (input === undefined || output === undefined) return null;
  const usage = ofCounts(raw, input, output);
  const iterations = Array.isArray(raw.iterations) ? raw.iterations : [];
  return iterations.filter(isCompaction).reduce((sum: TokenUsage, one: Json) => {
    const more = ofCounts(one, count(one.input_tokens) ?? 0, count(one.output_tokens) ?? 0);
    return {
      ...sum,
      inputTokens: sum.inputTokens + more.inputTokens,
      cachedInputTokens: sum.cachedInputTokens + more.cachedInputTokens,
      cacheWriteTokens: sum.cacheWriteTokens + more.cacheWriteTokens,
      cacheWrite1hTokens: sum.cacheWrite1hTokens + more.cacheWrite1hTokens,
      outputTokens: sum.outputTokens + more.outputTokens,
    };
  }, usage);
}

/** The fields of a later report over those of an earlier one; null says nothing. */
export function mergeUsage(earlier: Json, later: unknown): Json {
  if (!isRecord(later)) return earlier;
  const said = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return { ...earlier, ...Object.fromEntries(said) };
}

function ofCounts(raw: Json, uncached: number, output: number): TokenUsage {
  const written = isRecord(raw.cache_creation) ? raw.cache_creation : {};
  const details = isRecord(raw.output_tokens_details) ? raw.output_tokens_details : {};
  const lasting = count(written.ephemeral_1h_input_tokens) ?? 0;
  const short = count(written.ephemeral_5m_input_tokens) ?? 0;
  const cacheWriteTokens = count(raw.cache_creation_input_tokens) ?? lasting + short;
  const cachedInputTokens = count(raw.cache_read_input_tokens) ?? 0;
  const tools = isRecord(raw.server_tool_use) ? raw.server_tool_use : {};
  const webSearches = count(tools.web_search_requests) ?? 0;
  return {
    inputTokens: uncached + cacheWriteTokens + cachedInputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    cacheWrite1hTokens: Math.min(lasting, cacheWriteTokens),
    inputAudioTokens: 0,
    outputTokens: output,
    reasoningTokens: Math.min(count(details.thinking_tokens) ?? 0, output),
    outputAudioTokens: 0,
    ...(webSearches > 0 ? { webSearches } : {}),
  };
}

function isCompaction(iteration: unknown): iteration is Json {
  return isRecord(iteration) && iteration.type === 'compaction';
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
    ? value
    : undefined;
}
