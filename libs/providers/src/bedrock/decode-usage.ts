import type { TokenUsage } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';
import { listOf, type WireObject } from './wire.ts';

/** No call has more; what claims more is a mistake. */
const MOST_TOKENS = 1_000_000_000;

/**
 * The usage of an answer; null where the counts are missing or make no sense. Bedrock's `inputTokens` leave out what was
 * read from and written to the cache; where its own total says that they hold it, they are taken as they are. Reasoning is
 * part of the output and not told apart.
 */
export function decodeUsage(raw: unknown): TokenUsage | null {
  if (!isRecord(raw)) return null;
  const input = count(raw.inputTokens);
  const outputTokens = count(raw.outputTokens);
  if (input === undefined || outputTokens === undefined) return null;
  const cached = count(raw.cacheReadInputTokens) ?? count(raw.cacheReadInputTokenCount) ?? 0;
  const written = count(raw.cacheWriteInputTokens) ?? count(raw.cacheWriteInputTokenCount) ?? 0;
  const isWhole = count(raw.totalTokens) === input + outputTokens;
  const inputTokens = isWhole ? input : input + cached + written;
  const cachedInputTokens = Math.min(cached, inputTokens);
  const cacheWriteTokens = Math.min(written, inputTokens - cachedInputTokens);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens,
    cacheWrite1hTokens: Math.min(writtenForAnHour(raw), cacheWriteTokens),
    inputAudioTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    outputAudioTokens: 0,
  };
}

function writtenForAnHour({ cacheDetails }: WireObject): number {
  let tokens = 0;
  for (const detail of listOf(cacheDetails))
    if (isRecord(detail) && detail.ttl === '1h') tokens += count(detail.inputTokens) ?? 0;
  return tokens;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
    ? value
    : undefined;
}
