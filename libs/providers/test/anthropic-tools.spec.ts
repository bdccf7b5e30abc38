import fc from 'fast-check';
import type { Conversation, Part } from '@tollgate/neutral';
import { anthropicWire as wire, encode } from './support/anthropic-encode.ts';
import { foldEvents, readStream, wireRequest } from './support/read-wire.ts';

describe('tools at Anthropic', () => {
  const tool = { type: 'function', name: 'f', parameters: { type: 'object' } } as const;

  it.each<[Partial<Conversation>, unknown]>([
    [{ toolChoice: { type: 'auto' } }, { type: 'auto' }],
    [{ toolChoice: { type: 'required' } }, { type: 'any' }],
    [{ toolChoice: { type: 'none' }, parallelToolCalls: false }, { type: 'none' }],
    [{ toolChoice: { type: 'tool', name: 'f' } }, { type: 'tool', name: 'f' }],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ parallelToolCalls: true }, undefined],
    [{ tools: [], toolChoice: { type: 'auto' } }, undefined],
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

describe('a tool that takes free text', () => {
  const tools = [{ type: 'custom', name: 'patch', format: { type: 'grammar' } }] as const;

  it('is a function of one text at Anthropic, in the past as well', () => {
    const call: Part = {
      type: 'tool-call',
      id: 'c',
      name: 'patch',
      argumentsText: '+ "a"\n',
      kind: 'custom',
    };
    const { body, lost } = encode({ tools, messages: [{ role: 'assistant', parts: [call] }] });
    expect(body).toMatchObject({
      tools: [{ name: 'patch', input_schema: { required: ['input'] } }],
      messages: [{ content: [{ type: 'tool_use', input: { input: '+ "a"\n' } }] }],
    });
    expect(lost).toEqual(['tools[].custom', 'tools[].custom.format']);
  });

  it.each([
    ['{"input":"+ \\"a\\"\\n"}', '+ "a"\n'],
    ['{"other":1}', '{"other":1}'],
  ])('is called with free text again, streamed and whole: %s', (json, argumentsText) => {
    const request = wireRequest('m', {
      conversation: { tools, messages: [], others: {}, origin: 'openai-responses' },
    });
    const block = { type: 'tool_use', id: 'c', name: 'patch' };
    const message = { id: 'm', model: 'c', content: [{ ...block, input: JSON.parse(json) }] };
    const end = { stop_reason: 'tool_use', stop_sequence: null };
    const usage = { input_tokens: 1, output_tokens: 2 };
    const whole = wire.decodeAnswer(
      Buffer.from(JSON.stringify({ ...message, ...end, usage })),
      request,
    );
    const frames = [
      { type: 'message_start', message: { ...message, content: [], usage } },
      { type: 'content_block_start', index: 0, content_block: { ...block, input: {} } },
      ...[json.slice(0, 5), json.slice(5)].map((partial_json) => ({
        ...{ type: 'content_block_delta', index: 0 },
        delta: { type: 'input_json_delta', partial_json },
      })),
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: end, usage },
      { type: 'message_stop' },
    ];
    const text = frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('');
    const answer = foldEvents(readStream(wire, request, Buffer.from(text)).events);
    const part = { type: 'tool-call', id: 'c', name: 'patch', argumentsText, kind: 'custom' };
    expect(answer.choices[0]?.parts).toEqual([part]);
    expect(whole).toMatchObject({ ok: true, answer });
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
