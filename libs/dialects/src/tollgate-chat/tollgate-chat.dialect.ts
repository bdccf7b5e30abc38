import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { isAbsent } from '../chat/fields.ts';
import { readChat } from '../chat/read-chat.ts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { readObject, withoutMember } from '../json/read-object.ts';
import { findRefusedField, PROFILE_FIELD, readResponseProfile } from './own-fields.ts';
import { renderFailure, renderStreamFailure } from './render-failure.ts';
import { failureSchema, REQUEST_FIELDS, requestSchema } from './schema.ts';

const FIELDS: ReadonlySet<string> = new Set(REQUEST_FIELDS);

/** Tollgate's own chat: the task's fields only, the key's route chooses the model. The answer is OpenAI-shaped. */
export const tollgateChat: Dialect = {
  name: 'tollgate-chat',
  requestSchema,
  failureSchema,
  parse,
  renderFailure,
  renderStreamFailure,
};

function parse(bytes: Uint8Array): Result<ParsedRequest, Failure> {
  const read = readObject(bytes);
  if (!read.ok) return read;
  const { members, fields } = read.value;
  const refused = findRefusedField(members, FIELDS);
  if (refused) return fail(refused);

  const asked = readResponseProfile(fields[PROFILE_FIELD]);
  if (!asked.ok) return invalid(asked.problem.param, asked.problem.message);
  const { temperature } = fields;
  if (
    !isAbsent(temperature) &&
    !(typeof temperature === 'number' && temperature >= 0 && temperature <= 2)
  ) {
    return invalid('temperature', '"temperature" must be a number from 0 to 2.');
  }
  const profile = readChat(fields, bytes.length, {
    modelAsked: null,
    responseProfile: asked.value,
    usageAsked: false,
  });
  if (!profile.ok) return profile;
  return succeed({ profile: profile.value, body: withoutMember(bytes, members, PROFILE_FIELD) });
}

function invalid(param: string, message: string): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}
