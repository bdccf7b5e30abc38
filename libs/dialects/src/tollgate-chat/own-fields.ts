import {
  failure,
  type Failure,
  RESPONSE_PROFILES,
  type ResponseProfile,
} from '@tollgate/contracts';
import { type FieldProblem, isAbsent } from '../chat/fields.ts';
import type { JsonObject } from '../json/read-object.ts';

/** Fields by which a caller would choose what the key's route decides. */
const ROUTE_DECIDES: ReadonlySet<string> = new Set(['model', 'provider', 'route', 'policy']);
const PROFILES: ReadonlySet<unknown> = new Set(RESPONSE_PROFILES);
const LONGEST_NAME_SHOWN = 64;

export const PROFILE_FIELD = 'response_profile';

/** The first field that an endpoint of Tollgate's own does not take; null when there is none. */
export function findRefusedField(
  members: JsonObject['members'],
  taken: ReadonlySet<string>,
): Failure | null {
  for (const { key } of members) {
    if (taken.has(key)) continue;
    const param = key.slice(0, LONGEST_NAME_SHOWN);
    const message = ROUTE_DECIDES.has(key)
      ? `"${param}" is not taken here: the key's route decides.`
      : `"${param}" is not a field of this endpoint.`;
    return failure('request.field_not_allowed', { param, message });
  }
  return null;
}

export type ProfileReading =
  | { readonly ok: true; readonly value: ResponseProfile | null }
  | { readonly ok: false; readonly problem: FieldProblem };

export function readResponseProfile(asked: unknown): ProfileReading {
  if (isAbsent(asked)) return { ok: true, value: null };
  if (isResponseProfile(asked)) return { ok: true, value: asked };
  const message = `"${PROFILE_FIELD}" must be one of ${RESPONSE_PROFILES.join(', ')}.`;
  return { ok: false, problem: { param: PROFILE_FIELD, message } };
}

function isResponseProfile(value: unknown): value is ResponseProfile {
  return PROFILES.has(value);
}
