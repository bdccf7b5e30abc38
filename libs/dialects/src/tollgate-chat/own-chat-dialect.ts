import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import { type FieldProblem, isAbsent } from '../chat/fields.ts';
import { readChat } from '../chat/read-chat.ts';
import type { Dialect, JsonSchema, ParsedRequest } from '../dialect.ts';
import { readObject, withoutMember } from '../json/read-object.ts';
import {
  capabilitiesOf,
  CAPABILITY_BIT,
  type NeededCapability,
} from '../profile/request-profile.ts';
import { findRefusedField, PROFILE_FIELD, readResponseProfile } from './own-fields.ts';
import { renderFailure, renderStreamFailure } from './render-failure.ts';
import { failureSchema } from './schema.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One of Tollgate's own tasks that a chat model does. */
export interface OwnChat {
  readonly name: Dialect['name'];
  /** Its `properties` are all that the endpoint takes. */
  readonly requestSchema: JsonSchema & { readonly properties: Fields };
  /** What is wrong with the task's own fields. */
  readonly findProblem: (fields: Fields) => FieldProblem | null;
  /** The same request as a chat. */
  readonly toChat: (fields: Fields) => Fields;
  /** What the model must be able to do, whatever the request says. */
  readonly needs: readonly NeededCapability[];
}

/** The task's fields only; the key's route chooses the model. The answer is OpenAI-shaped. */
export function ownChatDialect(own: OwnChat): Dialect {
  const taken: ReadonlySet<string> = new Set(Object.keys(own.requestSchema.properties));
  return {
    name: own.name,
    requestSchema: own.requestSchema,
    failureSchema,
    parse: (bytes) => parse(bytes, own, taken),
    renderFailure,
    renderStreamFailure,
  };
}

function parse(
  bytes: Uint8Array,
  own: OwnChat,
  taken: ReadonlySet<string>,
): Result<ParsedRequest, Failure> {
  const read = readObject(bytes);
  if (!read.ok) return read;
  const { members, fields } = read.value;
  const refused = findRefusedField(members, taken);
  if (refused) return fail(refused);
  const asked = readResponseProfile(fields[PROFILE_FIELD]);
  if (!asked.ok) return invalid(asked.problem);
  const problem = own.findProblem(fields) ?? checkTemperature(fields['temperature']);
  if (problem) return invalid(problem);
  const profile = readChat(own.toChat(fields), bytes.length, {
    modelAsked: null,
    responseProfile: asked.value,
    usageAsked: false,
  });
  if (!profile.ok) return profile;
  const needed = own.needs.reduce((bits, name) => bits | CAPABILITY_BIT[name], 0);
  const capabilityBits = profile.value.capabilityBits | needed;
  return succeed({
    profile: { ...profile.value, capabilityBits, capabilities: capabilitiesOf(capabilityBits) },
    body: withoutMember(bytes, members, PROFILE_FIELD),
  });
}

function checkTemperature(temperature: unknown): FieldProblem | null {
  if (isAbsent(temperature)) return null;
  if (typeof temperature === 'number' && temperature >= 0 && temperature <= 2) return null;
  return { param: 'temperature', message: '"temperature" must be a number from 0 to 2.' };
}

function invalid({ param, message }: FieldProblem): Result<never, Failure> {
  return fail(failure('request.validation_error', { param, message }));
}
