import { CHAT_FIELDS } from '../chat/schema.ts';
import type { JsonSchema } from '../dialect.ts';

/** Other fields of OpenAI's chat completions pass through. */
export const requestSchema: JsonSchema = {
  type: 'object',
  required: ['messages'],
  properties: {
    model: {
      type: ['string', 'null'],
      maxLength: 256,
      description:
        'A model, `provider/model`, or a route’s name; left out, the key’s route decides.',
    },
    ...CHAT_FIELDS,
    max_completion_tokens: { type: ['integer', 'null'], minimum: 1 },
    stream_options: {
      type: ['object', 'null'],
      properties: { include_usage: { type: 'boolean' } },
    },
    reasoning_effort: { type: ['string', 'null'] },
  },
  additionalProperties: true,
};

export const failureSchema: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'param', 'code', 'request_id'],
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: ['string', 'null'] },
        code: { type: 'string' },
        request_id: { type: 'string' },
        details: { type: 'array', items: { type: 'object' } },
      },
    },
  },
};
