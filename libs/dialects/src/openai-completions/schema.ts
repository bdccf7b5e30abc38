import { CHAT_FIELDS } from '../chat/schema.ts';
import type { JsonSchema } from '../dialect.ts';

const { stream, max_tokens, temperature, n, user } = CHAT_FIELDS;

/** Other fields of OpenAI's completions pass through. */
export const requestSchema: JsonSchema = {
  type: 'object',
  required: ['prompt'],
  properties: {
    model: {
      type: ['string', 'null'],
      maxLength: 256,
      description:
        'A model, `provider/model`, or a route’s name; left out, the key’s route decides.',
    },
    prompt: {
      description:
        'A text. Several texts, or tokens, only with providers that serve completions themselves.',
      anyOf: [{ type: 'string' }, { type: 'array', minItems: 1 }],
    },
    suffix: {
      type: ['string', 'null'],
      description: 'Only with providers that serve completions themselves.',
    },
    stream,
    stream_options: {
      type: ['object', 'null'],
      properties: { include_usage: { type: 'boolean' } },
    },
    max_tokens,
    temperature,
    n,
    best_of: { type: ['integer', 'null'], minimum: 1, maximum: 128 },
    echo: { type: ['boolean', 'null'] },
    logprobs: { type: ['integer', 'null'], minimum: 0, maximum: 20 },
    stop: { description: 'A text or a list of texts.' },
    user,
  },
  additionalProperties: true,
};
