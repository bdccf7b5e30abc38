import { z } from 'zod';

const count = z.number().int().nonnegative();

/**
 * Tokens of one call. Totals hold their parts: `inputTokens` includes cached, cache-write and audio tokens,
 * `cacheWriteTokens` the writes that last an hour, `outputTokens` reasoning and audio.
 */
export const tokenUsage = z.object({
  inputTokens: count,
  cachedInputTokens: count,
  cacheWriteTokens: count,
  cacheWrite1hTokens: count,
  inputAudioTokens: count,
  outputTokens: count,
  reasoningTokens: count,
  outputAudioTokens: count,
  /** Searches that the provider made for the call and charges one by one; missing: none. */
  webSearches: count.optional(),
});
export type TokenUsage = z.infer<typeof tokenUsage>;

export const NO_USAGE: TokenUsage = Object.freeze({
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  inputAudioTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  outputAudioTokens: 0,
});

/** Who counted: the provider, Tollgate from what was relayed, both in part, or nobody since nothing was used. */
export const usageSource = z.enum(['provider', 'estimated', 'partial', 'none']);
export type UsageSource = z.infer<typeof usageSource>;

/** The sum of two usages, part by part. */
export function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  const webSearches = (a.webSearches ?? 0) + (b.webSearches ?? 0);
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    cacheWrite1hTokens: a.cacheWrite1hTokens + b.cacheWrite1hTokens,
    inputAudioTokens: a.inputAudioTokens + b.inputAudioTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    outputAudioTokens: a.outputAudioTokens + b.outputAudioTokens,
    ...(webSearches > 0 ? { webSearches } : {}),
  };
}
