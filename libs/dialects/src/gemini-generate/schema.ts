import type { JsonSchema } from '../dialect.ts';

const CONTENT: JsonSchema = {
  type: 'object',
  properties: {
    role: { type: 'string', examples: ['user', 'model'] },
    parts: { type: 'array', items: { type: 'object' } },
  },
};

/** Google takes snake_case as well; other fields pass. */
export const requestSchema: JsonSchema = {
  type: 'object',
  required: ['contents'],
  properties: {
    contents: {
      type: 'array',
      minItems: 1,
      description: 'The conversation so far.',
      items: CONTENT,
    },
    systemInstruction: CONTENT,
    tools: { type: 'array', items: { type: 'object' } },
    toolConfig: { type: 'object' },
    safetySettings: { type: 'array', items: { type: 'object' } },
    cachedContent: { type: 'string' },
    generationConfig: {
      type: 'object',
      properties: {
        maxOutputTokens: { type: 'integer', minimum: 1 },
        candidateCount: { type: 'integer', minimum: 1, maximum: 128 },
        temperature: { type: 'number', minimum: 0, maximum: 2 },
        responseMimeType: { type: 'string' },
        responseSchema: { type: 'object' },
        responseJsonSchema: {},
        thinkingConfig: { type: 'object' },
      },
    },
  },
  additionalProperties: true,
};

export const failureSchema: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'status', 'details'],
      properties: {
        code: { type: 'integer', description: 'The HTTP status.' },
        message: { type: 'string' },
        status: { type: 'string', examples: ['INVALID_ARGUMENT', 'RESOURCE_EXHAUSTED'] },
        details: {
          type: 'array',
          description: 'The first is an `ErrorInfo`: its `reason` is the stable code.',
          items: { type: 'object' },
        },
      },
    },
  },
};
