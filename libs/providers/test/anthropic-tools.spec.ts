import fc from 'fast-check';
import type { Conversation } from '@tollgate/neutral';
import { encode } from './support/anthropic-encode.ts';

describe('tools at Anthropic', () => {
  const tool = { type: 'function', name: 'f', parameters: { type: 'object' } } as const;

  it.each<[Partial<Conversation>, unknown]>([
    [{ toolChoice: { type: 'auto' } }, { type: 'auto' }],
    [{ toolChoice: { type: 'required' } }, { type: 'any' }],
    [{ toolChoice: { type: 'none' }, parallelToolCalls: false }, { type: 'none' }],
    [{ toolChoice: { type: 'tool', name: 'f' } }, { type: 'tool', name: 'f' }],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ parallelToolCalls: true }, undefined],
    [
      { toolChoice: { type: 'required' }, parallelToolCalls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
  ])('are chosen by %j', (wished, expected) => {
    expect(encode({ tools: [tool], ...wished }).body['tool_choice']).toEqual(expected);
  });

  it('are left out when they are not allowed', () => {
    const toolChoice = { type: 'allowed', mode: 'required', names: ['g'] } as const;
    const { body, lost } = encode({ tools: [tool, { ...tool, name: 'g' }], toolChoice });
    expect(body).toMatchObject({ tools: [{ name: 'g' }], tool_choice: { type: 'any' } });
    expect(lost).toEqual(['tool_choice']);
  });

  it('lose of their schemas what Anthropic refuses, by name', () => {
    const parameters = {
      ...{
        $schema: 'http://json-schema.org/draft-07/schema#',
        properties: { a: { pattern: 'x' } },
      },
      anyOf: [{ required: ['a'] }],
    };
    const { body, lost } = encode({ tools: [{ type: 'function', name: 'f', parameters }] });
    expect(body['tools']).toEqual([
      { name: 'f', input_schema: { type: 'object', properties: { a: { pattern: 'x' } } } },
    ]);
    expect(lost).toEqual([
      'tools[].function.parameters.$schema',
      'tools[].function.parameters.anyOf',
    ]);
  });

  it('that vendors share go by their name at Anthropic', () => {
    const search = {
      type: 'server',
      wire: 'openai-responses',
      kind: 'web_search',
      name: 'web_search',
      json: { type: 'web_search' },
    } as const;
    const { body, lost } = encode({ tools: [search] });
    expect(body['tools']).toEqual([{ type: 'web_search_20250305', name: 'web_search' }]);
    expect(lost).toEqual(['tools[].web_search']);
  });
});

describe('a schema that an answer of Anthropic is held to', () => {
  it('is closed, and loses by name what cannot be held to', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'string', minLength: 2, format: 'email' },
        b: { oneOf: [{ type: 'number', minimum: 1 }, { type: 'null' }] },
        c: { type: 'array', items: { type: 'object', properties: {} }, minItems: 1 },
      },
      required: ['a'],
    };
    const outputFormat = { type: 'json_schema', name: 'n', strict: true, schema } as const;
    const { body, lost } = encode({ outputFormat });
    expect(body['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            a: { type: 'string', format: 'email' },
            b: { anyOf: [{ type: 'number' }, { type: 'null' }] },
            c: {
              ...{ type: 'array', minItems: 1 },
              items: { type: 'object', properties: {}, additionalProperties: false },
            },
          },
          required: ['a'],
          additionalProperties: false,
        },
      },
    });
    const path = 'response_format.json_schema.schema';
    expect(lost).toEqual([
      'response_format.json_schema.name',
      ...['minLength', 'oneOf', 'minimum', 'additionalProperties'].map((key) => `${path}.${key}`),
    ]);
  });

  it('never makes it throw', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (schema) => {
        encode({
          outputFormat: { type: 'json_schema', schema },
          tools: [{ type: 'function', name: 'f', parameters: schema, strict: true }],
        });
      }),
    );
  });
});
