import fc from 'fast-check';
import type { Conversation } from '@tollgate/neutral';
import { encode } from './google/encoded.ts';

describe("the settings of a conversation on Google's wire", () => {
  it('drops by name, and refuses the same when strict', () => {
    const fields = {
      logitBias: { '1': 2 },
      parallelToolCalls: false,
      endUser: 'u',
      verbosity: 'low',
      metadata: { a: 'b' },
      others: { store: true },
    };
    expect(encode(fields).lost).toEqual([
      'logit_bias',
      'parallel_tool_calls',
      'verbosity',
      'user',
      'metadata',
      'store',
    ]);
    expect(encode(fields, { policy: 'strict' }).lost).toBe('logit_bias');
  });

  it('says the settings in its own words', () => {
    const { body, lost } = encode(
      {
        maxOutputTokens: 5,
        stop: ['x'],
        topK: 3,
        topP: 0.5,
        seed: 1,
        candidates: 2,
        logprobs: true,
        topLogprobs: 4,
        presencePenalty: 1,
        frequencyPenalty: 2,
        modalities: ['text', 'image'],
        audio: { voice: 'Kore', format: 'pcm16' },
        serviceTier: 'default',
      },
      { policy: 'strict', outputCap: 99 },
    );
    expect(lost).toEqual([]);
    expect(body).toMatchObject({
      serviceTier: 'standard',
      generationConfig: {
        maxOutputTokens: 5,
        stopSequences: ['x'],
        topK: 3,
        topP: 0.5,
        seed: 1,
        candidateCount: 2,
        responseLogprobs: true,
        logprobs: 4,
        presencePenalty: 1,
        frequencyPenalty: 2,
        responseModalities: ['TEXT', 'IMAGE'],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
      },
    });
    expect(encode({}, { outputCap: 99 }).body.generationConfig).toEqual({ maxOutputTokens: 99 });
  });

  it.each<[string, NonNullable<Conversation['reasoning']>, unknown, readonly string[]]>([
    ['gemini-2.5-flash', { effort: 'low' }, { thinkingBudget: 1_024 }, []],
    ['gemini-2.5-flash', { effort: 'none' }, { thinkingBudget: 0 }, []],
    ['gemini-2.5-pro', { effort: 'none' }, undefined, ['reasoning_effort']],
    ['gemini-2.5-pro', { effort: 'max' }, { thinkingBudget: 24_576 }, ['reasoning_effort']],
    [
      'gemini-2.5-pro',
      { budgetTokens: 'dynamic', includeText: true },
      { thinkingBudget: -1, includeThoughts: true },
      [],
    ],
    ['gemini-3-flash-preview', { effort: 'minimal' }, { thinkingLevel: 'MINIMAL' }, []],
    ['gemini-3-pro-preview', { effort: 'minimal' }, { thinkingLevel: 'LOW' }, ['reasoning_effort']],
    ['gemini-3-pro-preview', { effort: 'high', budgetTokens: 9 }, { thinkingLevel: 'HIGH' }, []],
    ['gemini-3-pro-preview', { budgetTokens: 9 }, { thinkingBudget: 9 }, []],
    ['gemini-2.0-flash', { effort: 'high' }, undefined, ['reasoning_effort']],
    ['gemini-2.5-flash', { summary: 'auto' }, { includeThoughts: true }, []],
  ])('tells %s to think as %j', (model, reasoning, thinkingConfig, losses) => {
    const { body, lost } = encode({ reasoning }, { model });
    expect(body.generationConfig).toEqual(thinkingConfig ? { thinkingConfig } : undefined);
    expect(lost).toEqual(losses);
  });

  it.each<[NonNullable<Conversation['toolChoice']>, unknown]>([
    [{ type: 'auto' }, { mode: 'AUTO' }],
    [{ type: 'none' }, { mode: 'NONE' }],
    [{ type: 'required' }, { mode: 'ANY' }],
    [
      { type: 'tool', name: 'f' },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
    [
      { type: 'allowed', mode: 'auto', names: ['f'] },
      { mode: 'VALIDATED', allowedFunctionNames: ['f'] },
    ],
  ])('chooses tools as %j', (toolChoice, functionCallingConfig) => {
    expect(encode({ toolChoice }).body.toolConfig).toEqual({ functionCallingConfig });
  });
});

describe("a JSON Schema on Google's wire", () => {
  const declare = (parameters: Record<string, unknown>) => {
    const { body, lost } = encode({ tools: [{ type: 'function', name: 'f', parameters }] });
    const [tool]: { functionDeclarations: Record<string, unknown>[] }[] = JSON.parse(
      JSON.stringify(body.tools),
    );
    return { declaration: tool?.functionDeclarations[0], lost };
  };

  it("becomes Google's own form where that says all of it, and names what was stripped", () => {
    const { declaration, lost } = declare({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      additionalProperties: false,
      properties: {
        format: { type: ['string', 'null'], format: 'email', enum: ['a'] },
        n: { type: 'integer', exclusiveMinimum: 1, format: 'int32' },
        list: { type: 'array', items: { anyOf: [{ const: 'x' }, { type: 'number' }] } },
      },
      required: ['n'],
    });
    expect(declaration).toEqual({
      name: 'f',
      parameters: {
        type: 'OBJECT',
        properties: {
          format: { type: 'STRING', nullable: true, enum: ['a'] },
          n: { type: 'INTEGER', format: 'int32' },
          list: {
            type: 'ARRAY',
            items: { anyOf: [{ type: 'STRING', enum: ['x'] }, { type: 'NUMBER' }] },
          },
        },
        required: ['n'],
      },
    });
    expect(lost).toEqual(
      ['$schema', 'additionalProperties', 'format', 'exclusiveMinimum', 'const'].map(
        (keyword) => `tools[].function.parameters.${keyword}`,
      ),
    );
  });

  it.each([
    { $ref: '#/$defs/a', $defs: { a: { type: 'string' } } },
    { oneOf: [{ type: 'string' }] },
    { type: 'object', additionalProperties: { type: 'string' } },
    { enum: [1, 2] },
    { type: ['string', 'number'] },
  ])('goes whole where it does not: %j', (schema) => {
    const { declaration, lost } = declare({
      type: 'object',
      properties: { x: schema },
      $schema: 'y',
    });
    expect(declaration).toEqual({
      name: 'f',
      parametersJsonSchema: { type: 'object', properties: { x: schema } },
    });
    expect(lost).toEqual(['tools[].function.parameters.$schema']);
  });

  it('of an answer goes whole', () => {
    const schema = { type: 'object', additionalProperties: false, $schema: 'y' };
    const outputFormat = { type: 'json_schema', name: 'n', schema, strict: true } as const;
    const { body, lost } = encode({ outputFormat });
    expect(body.generationConfig).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: { title: 'n', type: 'object', additionalProperties: false },
    });
    expect(lost).toEqual([
      'response_format.json_schema.name',
      'response_format.json_schema.schema.$schema',
    ]);
  });

  it('throws at nothing that may come', () => {
    const keyword = fc.constantFrom(
      'type',
      'properties',
      'items',
      'anyOf',
      'enum',
      'format',
      '$defs',
      'oneOf',
      'x',
    );
    fc.assert(
      fc.property(fc.dictionary(keyword, fc.jsonValue()), (schema) => {
        const { declaration } = declare(schema);
        expect(declaration?.name).toBe('f');
      }),
    );
  });
});
