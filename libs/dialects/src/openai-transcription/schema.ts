import type { JsonSchema } from '../dialect.ts';

/** A form (`multipart/form-data`); other fields of OpenAI's transcriptions pass through. */
export const requestSchema: JsonSchema = {
  type: 'object',
  required: ['file'],
  properties: {
    file: { type: 'string', format: 'binary', description: 'The recording.' },
    model: {
      type: 'string',
      maxLength: 256,
      description:
        'A model, `provider/model`, or a route’s name; left out, the key’s route decides.',
    },
    language: { type: 'string', description: 'ISO 639-1.' },
    prompt: { type: 'string' },
    response_format: {
      type: 'string',
      examples: ['json', 'text', 'srt', 'verbose_json', 'vtt'],
      default: 'json',
    },
    temperature: { type: 'number' },
    stream: { type: 'boolean', default: false },
    'timestamp_granularities[]': {
      type: 'array',
      items: { type: 'string', enum: ['word', 'segment'] },
    },
  },
  additionalProperties: true,
};

/** A form; other fields of OpenAI's translations pass through. */
export const translationSchema: JsonSchema = {
  type: 'object',
  required: ['file'],
  properties: {
    file: { type: 'string', format: 'binary', description: 'The recording, in any language.' },
    model: {
      type: 'string',
      maxLength: 256,
      description:
        'A model, `provider/model`, or a route’s name; left out, the key’s route decides.',
    },
    prompt: { type: 'string' },
    response_format: {
      type: 'string',
      examples: ['json', 'text', 'srt', 'verbose_json', 'vtt'],
      default: 'json',
    },
    temperature: { type: 'number' },
  },
  additionalProperties: true,
};
