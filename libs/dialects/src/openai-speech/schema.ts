import type { JsonSchema } from '../dialect.ts';

/** Other fields of OpenAI's speech pass through. */
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
    input: { type: 'string', minLength: 1, description: 'The text to be read.' },
    voice: { description: 'The voice’s name at the provider.' },
    instructions: { type: ['string', 'null'] },
    response_format: {
      type: ['string', 'null'],
      examples: ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'],
      default: 'mp3',
    },
    speed: { type: ['number', 'null'] },
    stream_format: {
      type: ['string', 'null'],
      enum: ['audio', 'sse', null],
      description: '`sse`: the sound comes in server-sent events.',
    },
  },
  additionalProperties: true,
};
