import type { JsonSchema } from '../dialect.ts';

/** Other fields of OpenAI's embeddings pass through. */
export const requestSchema: JsonSchema = {
  type: 'object',
  required: ['input'],
  properties: {
    model: {
      type: ['string', 'null'],
      maxLength: 256,
      description:
        'A model, `provider/model`, or a route’s name; left out, the key’s route decides.',
    },
    input: {
      description: 'One text, several, or the same as token numbers.',
      anyOf: [
        { type: 'string', minLength: 1 },
        { type: 'array', minItems: 1, items: { type: 'string' } },
        { type: 'array', minItems: 1, items: { type: 'integer' } },
        {
          type: 'array',
          minItems: 1,
          items: { type: 'array', minItems: 1, items: { type: 'integer' } },
        },
      ],
    },
    dimensions: { type: ['integer', 'null'], minimum: 1 },
    encoding_format: { type: ['string', 'null'], enum: ['float', 'base64', null] },
    user: { type: ['string', 'null'], maxLength: 512 },
  },
  additionalProperties: true,
};
