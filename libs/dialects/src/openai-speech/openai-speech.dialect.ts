import { type Failure, type Result, succeed } from '@tollgate/contracts';
import { optionalString } from '../chat/fields.ts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { readObject } from '../json/read-object.ts';
import { renderFailure, renderStreamFailure } from '../openai-chat/render-failure.ts';
import { failureSchema } from '../openai-chat/schema.ts';
import { operationProfile } from '../operation/operation-profile.ts';
import { checkModel, checkText, invalid, textOf } from '../operation/read-fields.ts';
import { countInputTokens } from '../profile/input-tokens.ts';
import { requestSchema } from './schema.ts';

const LONGEST_FORMAT = 32;

/** OpenAI's speech: the answer is sound, no JSON. Fields that Tollgate does not know pass through as they are. */
export const openaiSpeech: Dialect = {
  name: 'openai-speech',
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
    checkText(fields, 'input') ??
    optionalString(fields, 'response_format', LONGEST_FORMAT) ??
    optionalString(fields, 'stream_format', LONGEST_FORMAT);
  if (problem) return invalid(problem);
  const profile = operationProfile({
    operation: 'speech',
    modelAsked: textOf(fields, 'model') ?? null,
    tokens: countInputTokens(bytes.length, null),
    stream: fields['stream_format'] === 'sse',
  });
  return succeed({ profile, body: bytes });
}
