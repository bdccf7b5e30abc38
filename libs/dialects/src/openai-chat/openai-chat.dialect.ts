import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { isAbsent, isObject } from '../chat/fields.ts';
import { readChat } from '../chat/read-chat.ts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { readObject } from '../json/read-object.ts';
import { renderFailure, renderStreamFailure } from './render-failure.ts';
import { failureSchema, requestSchema } from './schema.ts';

/** Printable ASCII: the name stands in answer headers. */
const MODEL = /^[\x20-\x7e]{1,256}$/;

/** OpenAI's chat completions. Fields that Tollgate does not know pass through as they are. */
export const openaiChat: Dialect = {
  name: 'openai-chat',
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
  const { model, stream_options: options } = fields;
  if (!isAbsent(model) && !(typeof model === 'string' && MODEL.test(model))) {
    return invalid('model', '"model" must be a string of 1 to 256 printable ASCII characters.');
  }
  if (!isAbsent(options) && !isObject(options)) {
    return invalid('stream_options', '"stream_options" must be an object.');
  }
  const profile = readChat(fields, bytes.length, {
    modelAsked: model ?? null,
    responseProfile: null,
    usageAsked: isObject(options) && options['include_usage'] === true,
  });
  return profile.ok ? succeed({ profile: profile.value, body: bytes }) : profile;
}

function invalid(param: string, message: string): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}
