import { NO_USAGE, type PicoUsd, type TokenUsage } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';

/** No call has more; what claims more is a mistake. */
const MOST_TOKENS = 1_000_000_000;
/** xAI counts ten billion ticks to the dollar (docs.x.ai/docs/key-information/consumption-and-rate-limits, 2026-11). */
const PICO_USD_PER_TICK = 100n;

/**
 * The usage of an operation: OpenAI writes `input_tokens` for images and audio and `prompt_tokens` for embeddings. Null
 * where there are no tokens (a recording that is billed by its length) or they make no sense.
 */
export function decodeOperationUsage(raw: unknown): TokenUsage | null {
  if (!isRecord(raw)) return null;
  const total = count(raw.total_tokens);
  const output = count(raw.output_tokens) ?? count(raw.completion_tokens) ?? 0;
  const said = count(raw.input_tokens) ?? count(raw.prompt_tokens);
  if (said === undefined) return null;
  const details = detailsOf(raw);
  const audio = count(details.audio_tokens) ?? 0;
  // Mistral leaves audio out of `prompt_tokens`; its total has it.
  const isApart = audio > 0 && total === said + output + audio;
  const inputTokens = isApart ? said + audio : said;
  return {
    ...NO_USAGE,
    inputTokens,
    cachedInputTokens: Math.min(count(details.cached_tokens) ?? 0, inputTokens),
    inputAudioTokens: Math.min(audio, inputTokens),
    outputTokens: output,
  };
}

/** What xAI says it charges. */
export function decodeTicks(raw: unknown): PicoUsd | null {
  const ticks = isRecord(raw) ? raw.cost_in_usd_ticks : undefined;
  return typeof ticks === 'number' && Number.isSafeInteger(ticks) && ticks >= 0
    ? BigInt(ticks) * PICO_USD_PER_TICK
    : null;
}

const DETAILS = ['input_tokens_details', 'input_token_details', 'prompt_tokens_details'] as const;
const NOTHING: Readonly<Record<string, unknown>> = {};

function detailsOf(raw: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  for (const name of DETAILS) {
    const details = raw[name];
    if (isRecord(details)) return details;
  }
  return NOTHING;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
    ? value
    : undefined;
}
