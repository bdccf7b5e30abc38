import { type AnswerContext, type KeptResponse, keptResponse } from '@tollgate/dialects';

/**
 * Hands on the answer to a request with what the request brought; undefined where nobody keeps it, or the client said that
 * it is not to be kept. Only the dialect of OpenAI's responses gives it anything.
 */
export function keeperOf(
  fields: AnswerContext['request'],
  keep: ((kept: KeptResponse) => void) | undefined,
): AnswerContext['keep'] {
  if (!keep || fields.store === false) return undefined;
  return (response) => keep(keptResponse(fields, response));
}
