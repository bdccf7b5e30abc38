import { fail, failure, type Failure, type Result } from '@tollgate/contracts';
import type { Conversation } from '@tollgate/neutral';
import { isAbsent } from '../chat/fields.ts';
import { decodeChatRequest } from '../openai-chat/decode-request.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A completion as a chat of one message. What no chat can do is refused: several prompts, tokens, a suffix, the best of
 * more answers than are given, and the probabilities of a prompt that is echoed.
 */
export function decodeCompletionRequest(fields: Fields): Result<Conversation, Failure> {
  const { prompt: asked, suffix, best_of: bestOf, n, echo, logprobs, ...rest } = fields;
  const prompt = onlyPrompt(asked);
  if (prompt === undefined) return unsupported('prompt');
  if (!isAbsent(suffix) && suffix !== '') return unsupported('suffix');
  if (typeof bestOf === 'number' && bestOf > Number(n ?? 1)) return unsupported('best_of');
  const count = typeof logprobs === 'number' ? logprobs : undefined;
  if (echo === true && count !== undefined) return unsupported('echo');
  return decodeChatRequest({
    ...rest,
    ...(isAbsent(n) ? {} : { n }),
    ...(count === undefined ? {} : { logprobs: true }),
    ...(count ? { top_logprobs: count } : {}),
    messages: [{ role: 'user', content: prompt }],
  });
}

/** The one text that is to be completed; undefined for several and for tokens. */
export function onlyPrompt(prompt: unknown): string | undefined {
  if (typeof prompt === 'string') return prompt;
  if (!Array.isArray(prompt) || prompt.length !== 1) return undefined;
  return typeof prompt[0] === 'string' ? prompt[0] : undefined;
}

function unsupported(param: string): Result<never, Failure> {
  const message = `"${param}" is served only by providers that have completions of their own.`;
  return fail(failure('request.unsupported_by_provider', { param, message }));
}
