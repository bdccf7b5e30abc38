import type { JsonSchema } from '../dialect.ts';

/** Other fields of OpenAI's moderations pass through. */
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
      description: 'One text, several, or parts of type text and image_url.',
      anyOf: [
        { type: 'string' },
        { type: 'array', minItems: 1, items: { type: ['string', 'object'] } },
      ],
    },
  },
  additionalProperties: true,
};
