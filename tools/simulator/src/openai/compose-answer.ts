import type { Behaviour } from '../behaviours/behaviour.ts';
import { UnusableSchema } from '../json-schema/sample-value.ts';
import { answerChat, type ChatAnswer } from './chat-answer.ts';
import type { ChatRequest } from './chat-request.ts';
import { invalidRequest, type Refusal } from './refusal.ts';

/**
 * What the model answers, or why none of its answers would meet the schemas asked for.
 * @param created seconds since the epoch
 */
export function composeAnswer(
  request: ChatRequest,
  behaviour: Behaviour | undefined,
  id: string,
  created: number,
): ChatAnswer | Refusal {
  try {
    return answerChat(request, behaviour, id, created);
  } catch (failure) {
    if (!(failure instanceof UnusableSchema)) throw failure;
    const param = request.tools.length > 0 ? 'tools' : 'response_format';
    return invalidRequest(`Invalid schema: ${failure.message}`, param, 'invalid_json_schema');
  }
}
