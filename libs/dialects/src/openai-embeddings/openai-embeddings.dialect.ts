import { type Failure, type Result, succeed } from '@tollgate/contracts';
import { optionalInteger, optionalString } from '../chat/fields.ts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { readObject } from '../json/read-object.ts';
import { renderFailure, renderStreamFailure } from '../openai-chat/render-failure.ts';
import { failureSchema } from '../openai-chat/schema.ts';
import { operationProfile } from '../operation/operation-profile.ts';
import { checkModel, invalid, LONGEST_USER, textOf } from '../operation/read-fields.ts';
import { countInputTokens } from '../profile/input-tokens.ts';
import { checkInput } from './read-input.ts';
import { requestSchema } from './schema.ts';

const MOST_DIMENSIONS = 100_000;

/** OpenAI's embeddings. Fields that Tollgate does not know pass through as they are. */
export const openaiEmbeddings: Dialect = {
  name: 'openai-embeddings',
  requestSchema,
  failureSchema,
  parse,
  renderFailure,
  renderStreamFailure,
};

function parse(bytes: Uint8Array): Result<ParsedRequest, Failure> {
  const read = readObject(bytes);
  if (!read.ok) return read;
  const { fields } = read.value;
  const problem =
    checkModel(fields) ??
    checkInput(fields['input']) ??
    optionalInteger(fields, 'dimensions', 1, MOST_DIMENSIONS) ??
    optionalString(fields, 'user', LONGEST_USER);
  if (problem) return invalid(problem);
  const profile = operationProfile({
    operation: 'embeddings',
    modelAsked: textOf(fields, 'model') ?? null,
    tokens: countInputTokens(bytes.length, null),
    outputCap: 0,
    endUser: textOf(fields, 'user') ?? null,
  });
  return succeed({ profile, body: bytes });
}
