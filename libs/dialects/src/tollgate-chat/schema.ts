import { RESPONSE_PROFILES } from '@tollgate/contracts';
import { CHAT_FIELDS } from '../chat/schema.ts';
import type { JsonSchema } from '../dialect.ts';

const properties = {
  ...CHAT_FIELDS,
  response_profile: {
    type: ['string', 'null'],
    enum: [...RESPONSE_PROFILES, null],
    description: 'Obeyed where the route allows it; else the route’s default stands.',
  },
} as const satisfies Record<string, JsonSchema>;

/** All that this endpoint takes. */
export const REQUEST_FIELDS: readonly string[] = Object.keys(properties);

export const requestSchema: JsonSchema = {
  type: 'object',
  required: ['messages'],
  properties,
  additionalProperties: false,
};

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
