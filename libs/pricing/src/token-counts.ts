import type { TokenUsage } from '@tollgate/contracts';
import type { RateName } from './price-sheet.ts';

/** Disjoint counts of tokens: each token stands under the one kind whose price it has. */
export type TokenCounts = Readonly<Record<RateName, number>>;

/**
 * Takes a usage apart. Cached, cache-write and audio tokens are parts of `inputTokens`, one-hour writes a part of
 * `cacheWriteTokens`, reasoning and audio parts of `outputTokens`. The totals rule: a part that does not fit into what
 * is left of its total is cut, so that the counts add up to the totals whatever was reported (OpenRouter's DeepSeek R1
 * reports more reasoning than output, and bills the output; seen 2026-08-03). Where cached and audio input overlap,
 * cached audio was counted under both its names: the smallest overlap that fits is taken.
 */
export function takeApart(usage: TokenUsage): TokenCounts {
  const { inputTokens, outputTokens } = usage;
  const cacheWrite1h = Math.min(usage.cacheWrite1hTokens, inputTokens);
  const unwritten = inputTokens - cacheWrite1h;
  const cacheWrite = Math.min(Math.max(0, usage.cacheWriteTokens - cacheWrite1h), unwritten);
  const left = unwritten - cacheWrite;
  const cached = Math.min(usage.cachedInputTokens, left);
  const audio = Math.min(usage.inputAudioTokens, left);
  const cachedInputAudio = Math.max(0, cached + audio - left);
  const reasoning = Math.min(usage.reasoningTokens, outputTokens);
  const outputAudio = Math.min(usage.outputAudioTokens, outputTokens - reasoning);
  return {
    input: left - cached - audio + cachedInputAudio,
    cachedInput: cached - cachedInputAudio,
    cacheWrite,
    cacheWrite1h,
    inputAudio: audio - cachedInputAudio,
    cachedInputAudio,
    output: outputTokens - reasoning - outputAudio,
    reasoning,
    outputAudio,
  };
}
