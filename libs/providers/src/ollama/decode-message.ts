import type { TokenUsage } from '@tollgate/contracts';
import { NO_USAGE } from '@tollgate/contracts';
import type { Finish, FinishReason, TokenLogprob } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';

type WireObject = Readonly<Record<string, unknown>>;

/** No call has more; what claims more is a mistake. */
const MOST_TOKENS = 1_000_000_000;

export interface DecodedCall {
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
}

/** Seconds since the epoch; null where it makes no sense. */
export function createdAtOf({ created_at: text }: WireObject): number | null {
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : Math.floor(ms / 1_000);
}

/**
 * The calls of a message, whole as they always come. Older servers give no ids: they are made from when the answer began,
 * so that those of several turns differ.
 * @param first how many calls came before
 */
export function decodeCalls(
  { tool_calls: calls }: WireObject,
  began: string,
  first: number,
): readonly DecodedCall[] {
  const list: readonly unknown[] = Array.isArray(calls) ? calls : [];
  return list.filter(isRecord).map((call, index) => {
    const asked = isRecord(call.function) ? call.function : {};
    const { id } = call;
    return {
      id: typeof id === 'string' && id !== '' ? id : `call_${began}_${first + index}`,
      name: typeof asked.name === 'string' ? asked.name : '',
      argumentsText: JSON.stringify(asked.arguments ?? {}),
    };
  });
}

/** Digits of `created_at`, for ids. */
export function beganAt({ created_at: text }: WireObject): string {
  return typeof text === 'string' ? text.replace(/\D/g, '') : '';
}

/**
 * Ollama says `stop` for the end, for a stop sequence and for calls alike.
 * @param hasCalls the model asked for tools
 */
export function decodeFinish({ done_reason: raw }: WireObject, hasCalls: boolean): Finish {
  const word = typeof raw === 'string' ? raw.slice(0, 64) : null;
  if (hasCalls && (word === null || word === 'stop')) return { reason: 'tool_calls', raw: word };
  return { reason: word === null ? 'stop' : (REASONS[word] ?? 'other'), raw: word };
}

const REASONS: Readonly<Partial<Record<string, FinishReason>>> = {
  stop: 'stop',
  length: 'length',
};

/** Thoughts are part of the output and not told apart. A prompt that was wholly cached may not be counted. */
export function decodeUsage(last: WireObject): TokenUsage | null {
  const outputTokens = count(last.eval_count);
  if (outputTokens === undefined) return null;
  return { ...NO_USAGE, inputTokens: count(last.prompt_eval_count) ?? 0, outputTokens };
}

export function decodeLogprobs({ logprobs }: WireObject): readonly TokenLogprob[] {
  const list: readonly unknown[] = Array.isArray(logprobs) ? logprobs : [];
  return list.filter(isRecord).map((raw) => {
    const top: readonly unknown[] = Array.isArray(raw.top_logprobs) ? raw.top_logprobs : [];
    return { ...decodeToken(raw), topLogprobs: top.filter(isRecord).map(decodeToken) };
  });
}

function decodeToken({ token, logprob, bytes }: WireObject): Omit<TokenLogprob, 'topLogprobs'> {
  return {
    token: typeof token === 'string' ? token : '',
    logprob: typeof logprob === 'number' ? logprob : 0,
    bytes: Array.isArray(bytes) ? bytes.filter((byte) => typeof byte === 'number') : null,
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
    ? value
    : undefined;
}
