import { RESPONSE_PROFILES } from '@tollgate/contracts';
import { CHAT_FIELDS } from '../chat/schema.ts';
import type { JsonSchema } from '../dialect.ts';

export const PROFILE_PROPERTY = {
  type: ['string', 'null'],
  enum: [...RESPONSE_PROFILES, null],
  description: 'Obeyed where the route allows it; else the route’s default stands.',
} as const satisfies JsonSchema;

const properties = {
  ...CHAT_FIELDS,
  response_profile: PROFILE_PROPERTY,
} as const satisfies Record<string, JsonSchema>;

/** Its properties are all that the endpoint takes. */
export const requestSchema = {
  type: 'object',
  required: ['messages'],
  properties,
  additionalProperties: false,
} as const satisfies JsonSchema;

export const failureSchema: JsonSchema = {
  type: 'object',
  required: ['error', 'message', 'code', 'request_id'],
  properties: {
    error: { type: 'string', description: 'The same as `code`.' },
    message: { type: 'string' },
    code: { type: 'string' },
    request_id: { type: 'string' },
    param: { type: 'string' },
    details: { type: 'array', items: { type: 'object' } },
    upgrade_required: { type: 'boolean' },
    upgrade_to: { type: 'string' },
  },
};
