import type { JsonSchema } from '../dialect.ts';

/** Other fields of OpenAI's image generation pass through. */
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
    prompt: { type: 'string', minLength: 1 },
    n: { type: ['integer', 'null'], minimum: 1, maximum: 128, default: 1 },
    size: { type: ['string', 'null'], examples: ['1024x1024', 'auto'] },
    quality: { type: ['string', 'null'] },
    style: { type: ['string', 'null'] },
    background: { type: ['string', 'null'] },
    output_format: { type: ['string', 'null'], examples: ['png', 'jpeg', 'webp'] },
    output_compression: { type: ['integer', 'null'], minimum: 0, maximum: 100 },
    response_format: { type: ['string', 'null'], enum: ['url', 'b64_json', null] },
    stream: { type: ['boolean', 'null'], default: false },
    user: { type: ['string', 'null'], maxLength: 512 },
  },
  additionalProperties: true,
};
