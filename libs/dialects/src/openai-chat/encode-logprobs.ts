import type { TokenLogprob } from '@tollgate/neutral';

/** `logprobs` of a choice. */
export function encodeLogprobs(tokens: readonly TokenLogprob[]): Readonly<Record<string, unknown>> {
  return {
    content: tokens.map(({ token, logprob, bytes, topLogprobs }) => ({
      token,
      logprob,
      bytes,
      top_logprobs: topLogprobs,
    })),
    refusal: null,
  };
}
