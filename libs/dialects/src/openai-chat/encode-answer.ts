import type { Answer, Choice } from '@tollgate/neutral';
import type { AnswerContext } from '../chat-codec.ts';
import { optional } from '../json/optional.ts';
import { encodeFinish } from './encode-finish.ts';
import { encodeLogprobs } from './encode-logprobs.ts';
import { encodeMessage, speaksOfFunctions } from './encode-message.ts';
import { encodeChatUsage } from './encode-usage.ts';

/** A whole answer as `chat.completion`. */
export function encodeChatAnswer(answer: Answer, context: AnswerContext): Uint8Array {
  const { usage } = answer;
  const asFunctionCall = speaksOfFunctions(context.request);
  return Buffer.from(
    JSON.stringify({
      ...answerHead(answer, context, 'chat.completion'),
      choices: answer.choices.map((choice) => encodeChoice(choice, asFunctionCall)),
      ...(usage ? { usage: encodeChatUsage(usage) } : {}),
    }),
  );
}

/** What stands at the top of an answer and of each of its chunks. */
export function answerHead(
  answer: Pick<Answer, 'id' | 'model' | 'createdAt' | 'serviceTier' | 'systemFingerprint'>,
  { requestId, modelAsked, nowS }: AnswerContext,
  object: string,
): Readonly<Record<string, unknown>> {
  return {
    id: answer.id || `chatcmpl-${requestId}`,
    object,
    created: answer.createdAt ?? nowS,
    model: answer.model || (modelAsked ?? ''),
    ...optional('service_tier', answer.serviceTier),
    ...optional('system_fingerprint', answer.systemFingerprint),
  };
}

function encodeChoice(choice: Choice, asFunctionCall: boolean): Readonly<Record<string, unknown>> {
  const { index, parts, finish, logprobs } = choice;
  const word = encodeFinish(finish);
  return {
    index,
    message: encodeMessage(parts, { asFunctionCall }),
    logprobs: logprobs ? encodeLogprobs(logprobs) : null,
    finish_reason: asFunctionCall && word === 'tool_calls' ? 'function_call' : word,
  };
}
