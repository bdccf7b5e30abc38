import type { JsonSchema } from '../dialect.ts';

const MESSAGES = {
  type: 'array',
  minItems: 1,
  description: 'The conversation so far, in Anthropic’s form.',
  items: {
    type: 'object',
    required: ['role', 'content'],
    properties: {
      role: { type: 'string', examples: ['user', 'assistant'] },
      content: {
        description: 'Text, or blocks such as text, image, document, tool_use and tool_result.',
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }],
      },
    },
  },
} as const satisfies JsonSchema;

const MODEL = {
  type: ['string', 'null'],
  maxLength: 256,
  description: 'A model, `provider/model`, or a route’s name; left out, the key’s route decides.',
} as const satisfies JsonSchema;

/** What counting tokens and asking for a message have in common. */
const PROMPT_FIELDS = {
  model: MODEL,
  messages: MESSAGES,
  system: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }] },
  tools: { type: ['array', 'null'], items: { type: 'object' } },
  tool_choice: { type: ['object', 'null'] },
  thinking: { type: ['object', 'null'], properties: { type: { type: 'string' } } },
  output_config: {
    type: ['object', 'null'],
    properties: { effort: { type: 'string' }, format: { type: 'object' } },
  },
} as const satisfies Record<string, JsonSchema>;

/** Other fields of Anthropic's messages pass through. */
export const requestSchema: JsonSchema = {
  type: 'object',
  required: ['messages', 'max_tokens'],
  properties: {
    ...PROMPT_FIELDS,
    max_tokens: { type: 'integer', minimum: 1, description: 'The most tokens of the answer.' },
    stream: {
      type: ['boolean', 'null'],
      default: false,
      description: 'Answer with server-sent events, ended by `message_stop`.',
    },
    stop_sequences: { type: ['array', 'null'], items: { type: 'string' } },
    temperature: { type: ['number', 'null'], minimum: 0, maximum: 1 },
    metadata: {
      type: ['object', 'null'],
      properties: {
        user_id: {
          type: ['string', 'null'],
          maxLength: 512,
          description: 'The end user on whose behalf the request is made.',
        },
      },
    },
  },
  additionalProperties: true,
};

export const countTokensRequestSchema: JsonSchema = {
  type: 'object',
  required: ['messages'],
  properties: PROMPT_FIELDS,
  additionalProperties: true,
};

export const failureSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'error', 'request_id'],
  properties: {
    type: { type: 'string', const: 'error' },
    error: {
      type: 'object',
      required: ['type', 'message', 'code'],
      properties: {
        type: { type: 'string' },
        message: { type: 'string' },
        code: { type: 'string' },
        param: { type: 'string' },
        details: { type: 'array', items: { type: 'object' } },
      },
    },
    request_id: { type: 'string' },
  },
};
