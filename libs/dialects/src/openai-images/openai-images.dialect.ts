import { type Failure, type Result, succeed } from '@tollgate/contracts';
import { optionalInteger, optionalString } from '../chat/fields.ts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { readObject } from '../json/read-object.ts';
import { renderFailure, renderStreamFailure } from '../openai-chat/render-failure.ts';
import { failureSchema } from '../openai-chat/schema.ts';
import { operationProfile } from '../operation/operation-profile.ts';
import {
  checkBoolean,
  checkModel,
  checkText,
  invalid,
  LONGEST_USER,
  numberOf,
  textOf,
} from '../operation/read-fields.ts';
import { countInputTokens } from '../profile/input-tokens.ts';
import { requestSchema } from './schema.ts';

export const MOST_IMAGES = 128;
export const LONGEST_SIZE = 32;

/** OpenAI's image generation. Fields that Tollgate does not know pass through as they are. */
export const openaiImages: Dialect = {
  name: 'openai-images',
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
    checkText(fields, 'prompt') ??
    optionalInteger(fields, 'n', 1, MOST_IMAGES) ??
    optionalString(fields, 'size', LONGEST_SIZE) ??
    checkBoolean(fields, 'stream') ??
    optionalString(fields, 'user', LONGEST_USER);
  if (problem) return invalid(problem);
  const profile = operationProfile({
    operation: 'images',
    modelAsked: textOf(fields, 'model') ?? null,
    tokens: countInputTokens(bytes.length, null),
    stream: fields['stream'] === true,
    choices: numberOf(fields, 'n') ?? 1,
    endUser: textOf(fields, 'user') ?? null,
  });
  return succeed({ profile, body: bytes });
}
