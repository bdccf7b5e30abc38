import { type Failure, type Result, succeed } from '@tollgate/contracts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { readObject } from '../json/read-object.ts';
import { renderFailure } from '../openai-chat/render-failure.ts';
import { failureSchema } from '../openai-chat/schema.ts';
import { readRequest } from './read-request.ts';
import { renderStreamFailure } from './render-failure.ts';
import { requestSchema } from './schema.ts';

/** OpenAI's responses. Fields that Tollgate does not know pass through as they are. */
export const openaiResponses: Dialect = {
  name: 'openai-responses',
  requestSchema,
  failureSchema,
  parse,
  renderFailure,
  renderStreamFailure,
};

function parse(bytes: Uint8Array): Result<ParsedRequest, Failure> {
  const read = readObject(bytes);
  if (!read.ok) return read;
  const profile = readRequest(read.value.fields, bytes.length);
  return profile.ok ? succeed({ profile: profile.value, body: bytes }) : profile;
}
