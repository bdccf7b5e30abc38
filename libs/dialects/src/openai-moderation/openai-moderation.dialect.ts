import { type Failure, type Result, succeed } from '@tollgate/contracts';
import { type FieldProblem, isObject } from '../chat/fields.ts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { readObject } from '../json/read-object.ts';
import { renderFailure, renderStreamFailure } from '../openai-chat/render-failure.ts';
import { failureSchema } from '../openai-chat/schema.ts';
import { operationProfile } from '../operation/operation-profile.ts';
import { checkModel, invalid, textOf } from '../operation/read-fields.ts';
import { countInputTokens, type Media } from '../profile/input-tokens.ts';
import { requestSchema } from './schema.ts';

/** OpenAI's moderations. Fields that Tollgate does not know pass through as they are. */
export const openaiModeration: Dialect = {
  name: 'openai-moderation',
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
  const problem = checkModel(fields) ?? checkInput(fields['input']);
  if (problem) return invalid(problem);
  const profile = operationProfile({
    operation: 'moderation',
    modelAsked: textOf(fields, 'model') ?? null,
    tokens: countInputTokens(bytes.length, mediaOf(fields['input'])),
    outputCap: 0,
  });
  return succeed({ profile, body: bytes });
}

function checkInput(input: unknown): FieldProblem | null {
  const isList =
    Array.isArray(input) &&
    input.length > 0 &&
    (input.every((item) => typeof item === 'string') || input.every(isObject));
  if (isList || typeof input === 'string') return null;
  const message = '"input" must be a string, or a non-empty array of strings or of parts.';
  return { param: 'input', message };
}

function mediaOf(input: unknown): Media | null {
  if (!Array.isArray(input)) return null;
  const media: Media = {
    mediaChars: 0,
    images: 0,
    lowDetailImages: 0,
    audioChars: 0,
    documentChars: 0,
    remoteDocuments: 0,
  };
  for (const part of input) {
    const image: unknown = isObject(part) ? part['image_url'] : undefined;
    if (!isObject(image)) continue;
    media.images++;
    const { url } = image;
    if (typeof url === 'string' && url.startsWith('data:')) media.mediaChars += url.length;
  }
  return media.images > 0 ? media : null;
}
