import type { JsonSchema } from '../dialect.ts';

const PICTURE: JsonSchema = { type: 'string', format: 'binary' };

/** A form, or JSON with `images` in place of the files; other fields of OpenAI's edits pass through. */
export const requestSchema: JsonSchema = {
  type: 'object',
  required: ['prompt'],
  properties: {
    image: { ...PICTURE, description: 'The picture to edit. In a form; several as `image[]`.' },
    'image[]': { type: 'array', items: PICTURE },
    images: {
      type: 'array',
      description: 'In JSON: where the pictures are.',
      items: {
        type: 'object',
        properties: { image_url: { type: 'string' }, file_id: { type: 'string' } },
      },
    },
    mask: { description: 'Only what is transparent here may change: a file, or as in `images`.' },
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
    background: { type: ['string', 'null'] },
    input_fidelity: { type: ['string', 'null'] },
    output_format: { type: ['string', 'null'], examples: ['png', 'jpeg', 'webp'] },
    output_compression: { type: ['integer', 'null'], minimum: 0, maximum: 100 },
    response_format: { type: ['string', 'null'], enum: ['url', 'b64_json', null] },
    stream: { type: ['boolean', 'null'], default: false },
    user: { type: ['string', 'null'], maxLength: 512 },
  },
  additionalProperties: true,
};
