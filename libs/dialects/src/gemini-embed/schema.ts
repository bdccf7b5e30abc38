import type { JsonSchema } from '../dialect.ts';

const CONTENT: JsonSchema = {
  type: 'object',
  required: ['parts'],
  properties: { parts: { type: 'array', minItems: 1, items: { type: 'object' } } },
};

const ONE = {
  model: { type: 'string', description: 'As in the path; what the path says counts.' },
  content: CONTENT,
  taskType: { type: 'string', examples: ['RETRIEVAL_QUERY', 'RETRIEVAL_DOCUMENT'] },
  title: { type: 'string' },
  outputDimensionality: { type: 'integer', minimum: 1 },
} as const satisfies Record<string, JsonSchema>;

/** The bodies of `embedContent` and `batchEmbedContents`. Google takes snake_case as well; other fields pass. */
export const requestSchema: JsonSchema = {
  type: 'object',
  properties: {
    ...ONE,
    requests: {
      type: 'array',
      minItems: 1,
      description: '`batchEmbedContents`: one for each vector.',
      items: { type: 'object', required: ['content'], properties: ONE },
    },
  },
  additionalProperties: true,
};
