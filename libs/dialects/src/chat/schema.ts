import type { JsonSchema } from '../dialect.ts';

/** The fields of a chat request that Tollgate itself reads, as both dialects publish them. */
export const CHAT_FIELDS = {
  messages: {
    type: 'array',
    minItems: 1,
    description: 'The conversation so far, in OpenAI’s form.',
    items: {
      type: 'object',
      required: ['role'],
      properties: {
        role: { type: 'string', examples: ['system', 'user', 'assistant', 'tool'] },
        content: {
          description: 'Text, or parts of type text, image_url, input_audio or file.',
          anyOf: [
            { type: 'string' },
            { type: 'array', items: { type: 'object' } },
            { type: 'null' },
          ],
        },
      },
    },
  },
  stream: {
    type: ['boolean', 'null'],
    default: false,
    description: 'Answer with server-sent events, ended by `data: [DONE]`.',
  },
  tools: { type: ['array', 'null'], items: { type: 'object' } },
  tool_choice: { description: 'none, auto, required, or one tool.' },
  response_format: {
    type: ['object', 'null'],
    required: ['type'],
    properties: { type: { type: 'string', examples: ['text', 'json_object', 'json_schema'] } },
  },
  max_tokens: {
    type: ['integer', 'null'],
    minimum: 1,
    description: 'The most tokens of one answer.',
  },
  temperature: { type: ['number', 'null'], minimum: 0, maximum: 2 },
  n: { type: ['integer', 'null'], minimum: 1, maximum: 128, default: 1 },
  metadata: {
    type: ['object', 'null'],
    additionalProperties: { type: 'string', maxLength: 512 },
    maxProperties: 32,
    description: 'Stands in the record of the request.',
  },
  user: {
    type: ['string', 'null'],
    maxLength: 512,
    description: 'The end user on whose behalf the request is made.',
  },
} as const satisfies Record<string, JsonSchema>;
