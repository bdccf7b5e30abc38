import type { Answer, AnswerPart, Choice, TokenLogprob } from '@tollgate/neutral';
import type { AnswerContext } from '../chat-codec.ts';
import { optional } from '../json/optional.ts';
import { encodeFinish } from '../openai-chat/encode-finish.ts';
import { encodeChatUsage } from '../openai-chat/encode-usage.ts';
import { onlyPrompt } from './decode-request.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A whole answer as `text_completion`. Of a chat's answer its text is shown, and what it refused with. */
export function encodeCompletion(answer: Answer, context: AnswerContext): Uint8Array {
  const { usage } = answer;
  return Buffer.from(
    JSON.stringify({
      ...completionHead(answer, context),
      choices: answer.choices.map((choice) => encodeChoice(choice, context)),
      ...(usage ? { usage: encodeChatUsage(usage) } : {}),
    }),
  );
}

export function completionHead(
  answer: Pick<Answer, 'id' | 'model' | 'createdAt' | 'systemFingerprint'>,
  { requestId, modelAsked, nowS }: AnswerContext,
): Fields {
  return {
    id: answer.id || `cmpl-${requestId}`,
    object: 'text_completion',
    created: answer.createdAt ?? nowS,
    model: answer.model || (modelAsked ?? ''),
    ...optional('system_fingerprint', answer.systemFingerprint),
  };
}

function encodeChoice({ index, parts, finish, logprobs }: Choice, context: AnswerContext): Fields {
  const offset = promptLength(context);
  return {
    text: echoOf(context) + parts.map(shownText).join(''),
    index,
    logprobs: logprobs ? encodeLogprobs(logprobs, offset) : null,
    finish_reason: encodeFinish(finish),
  };
}

/** The prompt, where the client wants it before the answer. */
export function echoOf({ request }: AnswerContext): string {
  return request['echo'] === true ? (onlyPrompt(request['prompt']) ?? '') : '';
}

/** Places of tokens are counted from the prompt's beginning. */
export function promptLength({ request }: AnswerContext): number {
  return onlyPrompt(request['prompt'])?.length ?? 0;
}

export function shownText(part: AnswerPart): string {
  return part.type === 'text' || part.type === 'refusal' ? part.text : '';
}

/** @param offset where the first token stands */
export function encodeLogprobs(tokens: readonly TokenLogprob[], offset: number): Fields {
  let at = offset;
  return {
    text_offset: tokens.map(({ token }) => (at += token.length) - token.length),
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ topLogprobs }) =>
      Object.fromEntries(topLogprobs.map(({ token, logprob }) => [token, logprob])),
    ),
  };
}
