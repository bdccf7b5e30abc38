import type { TokenLogprob } from '@tollgate/neutral';
import { isRecord } from '../../json/json-value.ts';

/** `logprobs` of a choice; undefined when there are none. */
export function decodeLogprobs(logprobs: unknown): TokenLogprob[] | undefined {
  const content = isRecord(logprobs) ? logprobs.content : undefined;
  if (!Array.isArray(content) || content.length === 0) return undefined;
  return content.filter(isRecord).map((token) => ({
    ...decodeToken(token),
    topLogprobs: Array.isArray(token.top_logprobs)
      ? token.top_logprobs.filter(isRecord).map(decodeToken)
      : [],
  }));
}

function decodeToken(token: Readonly<Record<string, unknown>>): Omit<TokenLogprob, 'topLogprobs'> {
  const { bytes } = token;
  return {
    token: typeof token.token === 'string' ? token.token : '',
    logprob: typeof token.logprob === 'number' ? token.logprob : 0,
    bytes: Array.isArray(bytes) ? bytes.filter((byte) => typeof byte === 'number') : null,
  };
}
