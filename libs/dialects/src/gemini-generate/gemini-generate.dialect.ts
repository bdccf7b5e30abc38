import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type { Dialect, ParsedRequest, RequestTarget } from '../dialect.ts';
import { readObject } from '../json/read-object.ts';
import { readProfile } from './read-profile.ts';
import { renderFailure, renderStreamFailure } from './render-failure.ts';
import { failureSchema, requestSchema } from './schema.ts';

/** Printable ASCII: the name stands in answer headers. */
const MODEL = /^[\x20-\x7e]{1,256}$/;

/** Google's `generateContent` and `streamGenerateContent`: the URL names the model and says whether to stream. */
export const geminiGenerate: Dialect = {
  name: 'gemini-generate',
  requestSchema,
  failureSchema,
  parse,
  renderFailure,
  renderStreamFailure,
  // Google's SDK for Python takes every line that is not empty for JSON.
  heartbeat: '\n\n',
};

function parse(bytes: Uint8Array, target?: RequestTarget): Result<ParsedRequest, Failure> {
  if (target && !MODEL.test(target.model)) {
    const message = 'The model in the path must be 1 to 256 printable ASCII characters.';
    return fail(failure('request.validation_error', { param: 'model', message }));
  }
  const read = readObject(bytes);
  if (!read.ok) return read;
  const profile = readProfile(read.value.fields, bytes.length, target);
  return profile.ok ? succeed({ profile: profile.value, body: bytes }) : profile;
}
