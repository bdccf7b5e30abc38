import { RESPONSE_PROFILES } from '@tollgate/contracts';
import { CHAT_FIELDS } from '../chat/schema.ts';
import type { JsonSchema } from '../dialect.ts';

const properties = {
  prompt: { type: 'string', minLength: 1, description: 'What is to be drawn.' },
  size: { type: ['string', 'null'], examples: ['1024x1024'] },
  n: { ...CHAT_FIELDS.n, description: 'How many pictures.' },
  metadata: CHAT_FIELDS.metadata,
  user: CHAT_FIELDS.user,
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
  required: ['prompt'],
  properties,
  additionalProperties: false,
};
