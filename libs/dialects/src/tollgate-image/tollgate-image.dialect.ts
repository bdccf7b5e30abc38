import { fail, type Failure, type Result, succeed } from '@tollgate/contracts';
import { checkMetadata, isAbsent, optionalInteger, optionalString } from '../chat/fields.ts';
import type { Dialect, ParsedRequest } from '../dialect.ts';
import { readObject, withoutMember } from '../json/read-object.ts';
import { LONGEST_SIZE, MOST_IMAGES } from '../openai-images/openai-images.dialect.ts';
import { operationProfile } from '../operation/operation-profile.ts';
import { checkText, invalid, LONGEST_USER, numberOf, textOf } from '../operation/read-fields.ts';
import { countInputTokens } from '../profile/input-tokens.ts';
import {
  findRefusedField,
  PROFILE_FIELD,
  readResponseProfile,
} from '../tollgate-chat/own-fields.ts';
import { renderFailure, renderStreamFailure } from '../tollgate-chat/render-failure.ts';
import { failureSchema } from '../tollgate-chat/schema.ts';
import { REQUEST_FIELDS, requestSchema } from './schema.ts';

const FIELDS: ReadonlySet<string> = new Set(REQUEST_FIELDS);

/** Tollgate's own image generation: the task's fields only, the key's route chooses the model. Answers as OpenAI does. */
export const tollgateImage: Dialect = {
  name: 'tollgate-image',
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
  const responseProfile = readResponseProfile(fields[PROFILE_FIELD]);
  if (!responseProfile.ok) return invalid(responseProfile.problem);
  const { metadata } = fields;
  const problem =
    checkText(fields, 'prompt') ??
    optionalInteger(fields, 'n', 1, MOST_IMAGES) ??
    optionalString(fields, 'size', LONGEST_SIZE) ??
    optionalString(fields, 'user', LONGEST_USER) ??
    (isAbsent(metadata) ? null : checkMetadata(metadata));
  if (problem) return invalid(problem);
  const profile = operationProfile({
    operation: 'images',
    modelAsked: null,
    tokens: countInputTokens(bytes.length, null),
    choices: numberOf(fields, 'n') ?? 1,
    endUser: textOf(fields, 'user') ?? null,
    // Checked above: an object of strings, or absent.
    ...(isAbsent(metadata) ? {} : { metadata: metadata as Record<string, string> }),
    responseProfile: responseProfile.value,
  });
  return succeed({ profile, body: withoutMember(bytes, members, PROFILE_FIELD) });
}
