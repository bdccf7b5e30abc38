import type { TokenUsage } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';
import { modalityName } from './enum-names.ts';

/** No call has more; what claims more is a mistake. */
const MOST_TOKENS = 1_000_000_000;

/**
 * `usageMetadata`. Google counts thoughts beside the candidates, and what its own tools read beside the prompt; the total
 * is the sum of all four. Null where the counts are missing or make no sense.
 */
export function decodeUsage(raw: unknown): TokenUsage | null {
  if (!isRecord(raw)) return null;
  const prompt = count(raw.promptTokenCount);
  if (prompt === undefined) return null;
  const thoughts = count(raw.thoughtsTokenCount) ?? 0;
  const inputTokens = prompt + (count(raw.toolUsePromptTokenCount) ?? 0);
  const candidates = count(raw.candidatesTokenCount) ?? count(raw.responseTokenCount);
  const total = count(raw.totalTokenCount);
  const outputTokens =
    candidates === undefined
      ? Math.max(thoughts, total === undefined ? 0 : total - inputTokens)
      : candidates + thoughts;
  const cachedInputTokens = Math.min(count(raw.cachedContentTokenCount) ?? 0, inputTokens);
  const inputAudio = audioOf(raw.promptTokensDetails) + audioOf(raw.toolUsePromptTokensDetails);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    inputAudioTokens: Math.min(inputAudio, inputTokens),
    outputTokens,
    reasoningTokens: Math.min(thoughts, outputTokens),
    outputAudioTokens: Math.min(audioOf(raw.candidatesTokensDetails), outputTokens),
  };
}

function audioOf(details: unknown): number {
  if (!Array.isArray(details)) return 0;
  let tokens = 0;
  for (const row of details)
    if (isRecord(row) && modalityName(row.modality) === 'AUDIO')
      tokens += count(row.tokenCount) ?? 0;
  return tokens;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
    ? value
    : undefined;
}
