import {
  fail,
  failure,
  type Failure,
  RESPONSE_PROFILES,
  type ResponseProfile,
  type Result,
  succeed,
} from '@tollgate/contracts';
import { isAbsent } from '../chat/fields.ts';
import { readChat } from '../chat/read-chat.ts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { type JsonObject, readObject, withoutMember } from '../json/read-object.ts';
import { renderFailure, renderStreamFailure } from './render-failure.ts';
import { failureSchema, REQUEST_FIELDS, requestSchema } from './schema.ts';

const FIELDS: ReadonlySet<string> = new Set(REQUEST_FIELDS);
/** Fields by which a caller would choose what the key's route decides. */
const ROUTE_DECIDES: ReadonlySet<string> = new Set(['model', 'provider', 'route', 'policy']);
const PROFILE_FIELD = 'response_profile';
const PROFILES: ReadonlySet<unknown> = new Set(RESPONSE_PROFILES);
const LONGEST_NAME_SHOWN = 64;

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
  const refused = findRefusedField(members);
  if (refused) return fail(refused);

  const asked = fields[PROFILE_FIELD];
  if (!isAbsent(asked) && !isResponseProfile(asked)) {
    return invalid(
      PROFILE_FIELD,
      `"${PROFILE_FIELD}" must be one of ${RESPONSE_PROFILES.join(', ')}.`,
    );
  }
  const { temperature } = fields;
  if (
    !isAbsent(temperature) &&
    !(typeof temperature === 'number' && temperature >= 0 && temperature <= 2)
  ) {
    return invalid('temperature', '"temperature" must be a number from 0 to 2.');
  }
  const profile = readChat(fields, bytes.length, {
    modelAsked: null,
    responseProfile: asked ?? null,
    usageAsked: false,
  });
  if (!profile.ok) return profile;
  return succeed({ profile: profile.value, body: withoutMember(bytes, members, PROFILE_FIELD) });
}

function findRefusedField(members: JsonObject['members']): Failure | null {
  for (const { key } of members) {
    if (FIELDS.has(key)) continue;
    const param = key.slice(0, LONGEST_NAME_SHOWN);
    const message = ROUTE_DECIDES.has(key)
      ? `"${param}" is not taken here: the key's route decides.`
      : `"${param}" is not a field of this endpoint.`;
    return failure('request.field_not_allowed', { param, message });
  }
  return null;
}

function isResponseProfile(value: unknown): value is ResponseProfile {
  return PROFILES.has(value);
}

function invalid(param: string, message: string): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}
