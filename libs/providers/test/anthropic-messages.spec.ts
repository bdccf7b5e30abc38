import type { Conversation, Message, Part } from '@tollgate/neutral';
import { anthropicWire as wire, encode, HI } from './support/anthropic-encode.ts';

const says = (...parts: readonly Part[]): Message => ({ role: 'user', parts });

describe('a conversation for Anthropic', () => {
  it('says what the system and the developer say first, and merges neighbours', () => {
    const call: Part = {
      ...{ type: 'tool-call', id: 'call:1', name: 'f', kind: 'function' },
      argumentsText: '{"a": 1}',
    };
    const image: Part = {
      ...{ type: 'image', source: { kind: 'data', mediaType: 'image/png', base64: 'AAAA' } },
    };
    const { body, lost } = encode({
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'one', cache: { ttl: '1h' } }] },
        HI,
        { role: 'assistant', parts: [{ type: 'text', text: '' }, call] },
        {
          role: 'tool',
          parts: [
            { ...{ type: 'tool-result', callId: 'call:1', kind: 'function' }, parts: [image] },
          ],
        },
        HI,
        { role: 'developer', parts: [{ type: 'text', text: 'two' }] },
      ],
    });
    expect(body).toMatchObject({
      system: [
        { type: 'text', text: 'one', cache_control: { type: 'ephemeral', ttl: '1h' } },
        { type: 'text', text: 'two' },
      ],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 } }],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'image' }] },
            { type: 'text', text: 'hi' },
          ],
        },
      ],
    });
    expect(lost).toEqual(['messages[].tool_calls[].id', 'messages[].role']);
  });

  it('says as the user what the system says alone', () => {
    const one: Part = { type: 'text', text: 'one' };
    const two: Part = { type: 'text', text: 'two' };
    const { body, lost } = encode({
      messages: [
        { role: 'system', parts: [one] },
        { role: 'system', parts: [two] },
      ],
    });
    expect(body).toMatchObject({
      system: [{ text: 'one' }],
      messages: [{ role: 'user', content: [{ text: 'two' }] }],
    });
    expect(lost).toEqual(['messages[].role']);
  });

  it.each<[string, Part, unknown]>([
    [
      'an image by URL',
      { type: 'image', source: { kind: 'url', url: 'https://a/b.png' }, detail: 'auto' },
      { type: 'image', source: { type: 'url', url: 'https://a/b.png' } },
    ],
    [
      'a PDF',
      {
        ...{ type: 'document', title: 'T', wantsCitations: true },
        source: { kind: 'data', mediaType: 'application/pdf', base64: 'AAAA' },
      },
      {
        ...{ type: 'document', title: 'T', citations: { enabled: true } },
        source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
      },
    ],
    [
      'a text file in base64',
      {
        type: 'document',
        source: {
          kind: 'data',
          mediaType: 'text/csv',
          base64: Buffer.from('ä;b').toString('base64'),
        },
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'ä;b' } },
    ],
    [
      "Anthropic's own file",
      { type: 'document', source: { kind: 'file', wire: 'anthropic', id: 'file_1' } },
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
    ],
    ['a refusal', { type: 'refusal', text: 'no' }, { type: 'text', text: 'no' }],
  ])('takes %s', (_what, part, expected) => {
    const { body, lost } = encode({ messages: [says(part)] });
    expect(body).toMatchObject({ messages: [{ content: [expected] }] });
    expect(lost).toEqual([]);
  });

  it.each<[string, Part, string]>([
    [
      "another vendor's file",
      { type: 'document', source: { kind: 'file', wire: 'openai-chat', id: 'f' } },
      'messages[].content[].file',
    ],
    [
      'a spreadsheet',
      { type: 'document', source: { kind: 'data', mediaType: 'application/xlsx', base64: '' } },
      'messages[].content[].file',
    ],
    [
      'a sound',
      { type: 'audio', source: { kind: 'data', mediaType: 'audio/wav', base64: '' } },
      'messages[].content[].input_audio',
    ],
    [
      'a film',
      { type: 'video', source: { kind: 'url', url: 'https://a/b.mp4' } },
      'messages[].content[].video_url',
    ],
    [
      'a call that is no JSON',
      { type: 'tool-call', id: 'c', name: 'f', argumentsText: '{"a', kind: 'function' },
      'messages[].tool_calls[].function.arguments',
    ],
  ])('refuses %s, by name', (_what, part, name) => {
    expect(encode({ messages: [says(part)] }).lost).toBe(`refused: ${name}`);
  });

  it('asks for what stands behind plain http, and sends its bytes', () => {
    const source = { kind: 'url', url: 'http://a/b.png' } as const;
    const secure = { kind: 'url', url: 'https://a/c.png' } as const;
    const messages = [says({ type: 'image', source }, { type: 'image', source: secure })];
    expect(wire.mediaToFetch({ messages, others: {}, origin: 'openai-chat' })).toEqual([
      source.url,
    ]);
    const fetched = new Map([[source.url, { mediaType: 'image/png', base64: 'AAAA' }]]);
    expect(encode({ messages }, undefined, { fetched }).body).toMatchObject({
      messages: [
        {
          content: [
            { source: { type: 'base64', data: 'AAAA' } },
            { source: { type: 'url', url: secure.url } },
          ],
        },
      ],
    });
  });

  it('gives thoughts back to their maker alone', () => {
    const thought = (wire: 'anthropic' | 'gemini', value: string): Part => ({
      ...{ type: 'reasoning', text: 'hm', signature: { wire, value } },
    });
    const parts = [thought('anthropic', 's'), thought('gemini', 'g')];
    const { body, lost } = encode({ messages: [{ role: 'assistant', parts }] });
    expect(body).toMatchObject({
      messages: [{ content: [{ type: 'thinking', thinking: 'hm', signature: 's' }] }],
    });
    expect(lost).toEqual(['messages[].reasoning_content']);
  });

  it.each<[Partial<Conversation>, string]>([
    [{ seed: 1 }, 'seed'],
    [{ frequencyPenalty: 1 }, 'frequency_penalty'],
    [{ presencePenalty: 1 }, 'presence_penalty'],
    [{ logprobs: true }, 'logprobs'],
    [{ topLogprobs: 2 }, 'top_logprobs'],
    [{ logitBias: { 5: 1 } }, 'logit_bias'],
    [{ verbosity: 'low' }, 'verbosity'],
    [{ promptCacheKey: 'k' }, 'prompt_cache_key'],
    [{ metadata: { a: 'b' } }, 'metadata'],
    [{ serviceTier: 'flex' }, 'service_tier'],
    [{ temperature: 1.5 }, 'temperature'],
    [{ others: { store: true } }, 'store'],
  ])('drops %j by name, and refuses it when strict', (wished, name) => {
    expect(encode(wished).lost).toEqual([name]);
    expect(encode(wished, undefined, { policy: 'strict' }).lost).toBe(`refused: ${name}`);
  });

  it.each<[Partial<Conversation>, string]>([
    [{ candidates: 2 }, 'n'],
    [{ modalities: ['text', 'audio'] }, 'modalities'],
    [{ outputFormat: { type: 'json' } }, 'response_format'],
    [{ stop: ['\n'] }, 'stop'],
    [
      {
        tools: [
          {
            ...{ type: 'server', wire: 'openai-responses', kind: 'file_search' },
            name: 'file_search',
            json: {},
          },
        ],
      },
      'tools[].file_search',
    ],
  ])('refuses %j by name', (wished, name) => {
    expect(encode(wished).lost).toBe(`refused: ${name}`);
  });

  it('takes what means nothing without a loss', () => {
    const wished: Partial<Conversation> = {
      ...{
        candidates: 1,
        modalities: ['text'],
        frequencyPenalty: 0,
        logprobs: false,
        logitBias: {},
      },
      ...{ outputFormat: { type: 'text' }, stop: ['END'], serviceTier: 'default', endUser: 'u' },
    };
    const { body, lost } = encode(wished, undefined, { policy: 'strict' });
    expect(lost).toEqual([]);
    expect(body).toMatchObject({
      ...{ stop_sequences: ['END'], service_tier: 'standard_only', metadata: { user_id: 'u' } },
    });
  });
});
