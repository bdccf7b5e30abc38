import type { Answer, AnswerPart, Conversation } from '@tollgate/neutral';
import type { AnswerContext } from '../chat-codec.ts';
import { openaiChatCodec as codec } from './openai-chat.codec.ts';

type Fields = Readonly<Record<string, unknown>>;

const context: AnswerContext = {
  requestId: 'req_1',
  modelAsked: 'asked',
  usageAsked: false,
  nowS: 9,
  request: {},
};

function decode(fields: Fields): Conversation {
  const decoded = codec.decodeRequest(fields);
  if (!decoded.ok) throw new Error(decoded.failure.message);
  return decoded.value;
}

const partsOf = (message: Fields): Conversation['messages'][number]['parts'] =>
  decode({ messages: [message] }).messages[0]?.parts ?? [];

function messageFor(...parts: AnswerPart[]): Fields {
  const answer: Answer = {
    ...{ id: '', model: '', createdAt: null, usage: null },
    choices: [{ index: 0, parts, finish: { reason: 'stop', raw: null } }],
  };
  return JSON.parse(Buffer.from(codec.encodeAnswer(answer, context)).toString()).choices[0].message;
}

describe('a chat request', () => {
  it('keeps its prompts, names and parts', () => {
    const { messages } = decode({
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          name: 'ann',
          content: [
            { type: 'text', text: 'See', cache_control: { type: 'ephemeral', ttl: '1h' } },
            { type: 'image_url', image_url: { url: 'https://a.example/i.png', detail: 'low' } },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
            { type: 'input_audio', input_audio: { data: 'aGk=', format: 'mp3' } },
            {
              type: 'file',
              file: { file_data: 'data:application/pdf;base64,aGk=', filename: 'a.pdf' },
            },
            { type: 'file', file: { file_id: 'file-1' } },
            { type: 'video_url', video_url: { url: 'https://a.example/v.mp4' } },
            { type: 'surprise', surprise: 1 },
          ],
        },
      ],
    });
    expect(messages[0]).toEqual({
      role: 'developer',
      parts: [{ type: 'text', text: 'Be brief.' }],
    });
    expect(messages[1]).toMatchObject({ role: 'user', name: 'ann' });
    expect(messages[1]?.parts).toEqual([
      { type: 'text', text: 'See', cache: { ttl: '1h' } },
      { type: 'image', source: { kind: 'url', url: 'https://a.example/i.png' }, detail: 'low' },
      { type: 'image', source: { kind: 'data', mediaType: 'image/png', base64: 'aGk=' } },
      { type: 'audio', source: { kind: 'data', mediaType: 'audio/mpeg', base64: 'aGk=' } },
      {
        type: 'document',
        source: { kind: 'data', mediaType: 'application/pdf', base64: 'aGk=' },
        title: 'a.pdf',
      },
      { type: 'document', source: { kind: 'file', wire: 'openai-chat', id: 'file-1' } },
      { type: 'video', source: { kind: 'url', url: 'https://a.example/v.mp4' } },
      {
        type: 'foreign',
        wire: 'openai-chat',
        name: 'surprise',
        json: { type: 'surprise', surprise: 1 },
      },
    ]);
  });

  it('keeps calls, their results with images, and which of them are custom', () => {
    const { messages } = decode({
      messages: [
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'c1',
              type: 'function',
              function: { name: 'f', arguments: '{"a":1}' },
              extra_content: { google: { thought_signature: 'sig' } },
            },
            { id: 'c2', type: 'custom', custom: { name: 'g', input: 'free' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c2', content: 'ok' },
        {
          role: 'tool',
          tool_call_id: 'c1',
          content: [{ type: 'image_url', image_url: { url: 'https://a.example/i.png' } }],
        },
      ],
    });
    expect(messages.map(({ parts }) => parts)).toEqual([
      [
        {
          ...{ type: 'tool-call', id: 'c1', name: 'f', argumentsText: '{"a":1}' },
          ...{ kind: 'function', signature: { wire: 'gemini', value: 'sig' } },
        },
        { type: 'tool-call', id: 'c2', name: 'g', argumentsText: 'free', kind: 'custom' },
      ],
      [
        {
          type: 'tool-result',
          callId: 'c2',
          parts: [{ type: 'text', text: 'ok' }],
          kind: 'custom',
        },
      ],
      [
        {
          ...{ type: 'tool-result', callId: 'c1', kind: 'function' },
          parts: [{ type: 'image', source: { kind: 'url', url: 'https://a.example/i.png' } }],
        },
      ],
    ]);
  });

  it('reads the forms of before tool_calls', () => {
    const conversation = decode({
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
      messages: [
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: '42' },
      ],
    });
    const [call, result] = conversation.messages.map(({ parts }) => parts[0]);
    expect(conversation.tools).toMatchObject([{ type: 'function', name: 'f' }]);
    expect(conversation.toolChoice).toEqual({ type: 'tool', name: 'f' });
    expect(call).toMatchObject({ type: 'tool-call', name: 'f' });
    expect(result).toMatchObject({ callId: call?.type === 'tool-call' ? call.id : '' });
  });

  it('takes each setting once and leaves the rest by name', () => {
    const conversation = decode({
      messages: [],
      model: 'm',
      stream: true,
      stream_options: {},
      max_completion_tokens: 5,
      max_tokens: 9,
      stop: 'END',
      n: 2,
      seed: 7,
      temperature: 0,
      top_p: null,
      logit_bias: { '50256': -100 },
      reasoning_effort: 'low',
      parallel_tool_calls: false,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'x', schema: {}, strict: true },
      },
      web_search_options: { search_context_size: 'low' },
      prediction: { type: 'content', content: 'x' },
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
      },
    });
    expect(conversation).toEqual({
      messages: [],
      maxOutputTokens: 5,
      stop: ['END'],
      candidates: 2,
      seed: 7,
      temperature: 0,
      logitBias: { '50256': -100 },
      reasoning: { effort: 'low' },
      parallelToolCalls: false,
      outputFormat: { type: 'json_schema', name: 'x', schema: {}, strict: true },
      tools: [
        {
          ...{ type: 'server', wire: 'openai-chat', kind: 'web_search' },
          ...{ name: 'web_search_options', json: { search_context_size: 'low' } },
        },
      ],
      toolChoice: { type: 'allowed', mode: 'auto', names: ['f'] },
      others: { prediction: { type: 'content', content: 'x' } },
      origin: 'openai-chat',
    });
  });

  it.each([
    [{ reasoning_effort: 'none' }, { effort: 'none' }],
    [{ reasoning: { max_tokens: 100, exclude: true } }, { budgetTokens: 100, includeText: false }],
    [{ reasoning: { enabled: true } }, { budgetTokens: 'dynamic' }],
    [{ thinking: { type: 'disabled' } }, { budgetTokens: 0 }],
    [{ reasoning: {} }, undefined],
  ])('understands %j', (fields, wish) => {
    expect(decode({ messages: [], ...fields }).reasoning).toEqual(wish);
  });

  it('names what it does not know inside messages', () => {
    const message = { role: 'user', content: 'x', sparkle: 1 };
    expect(decode({ messages: [message] }).others).toEqual({ 'messages[].sparkle': 1 });
  });

  it.each([
    [{ messages: [{ role: 'alien' }] }, 'messages[0].role'],
    [{ messages: [], temperature: 'hot' }, 'temperature'],
    [{ messages: [], seed: {} }, 'seed'],
  ])('is refused by name: %j', (fields, param) => {
    expect(codec.decodeRequest(fields)).toMatchObject({
      ok: false,
      failure: { code: 'request.validation_error', param },
    });
  });
});

describe('what a vendor wants back', () => {
  const CASES: readonly (readonly [string, AnswerPart])[] = [
    [
      'a signed thought',
      { type: 'reasoning', text: 'hm', signature: { wire: 'anthropic', value: 'sig==' } },
    ],
    [
      'a redacted thought',
      {
        ...{ type: 'reasoning', text: '', isRedacted: true },
        signature: { wire: 'anthropic', value: 'data' },
      },
    ],
    [
      'a summary with encrypted reasoning',
      {
        ...{ type: 'reasoning', text: 'so', isSummary: true, id: 'rs_1' },
        signature: { wire: 'openai-responses', value: 'enc' },
      },
    ],
    [
      'a call with a thought signature',
      {
        ...{ type: 'tool-call', id: 'c', name: 'f', argumentsText: '{}', kind: 'function' },
        signature: { wire: 'gemini', value: 'AbC=' },
      },
    ],
    [
      'a text with a thought signature',
      { type: 'text', text: 'hi', signature: { wire: 'gemini', value: 'AbC=' } },
    ],
  ];

  it.each(CASES)('comes back unchanged: %s', (_name, part) => {
    expect(partsOf(messageFor(part))).toEqual([part]);
  });

  it('comes back in order when only some thoughts are signed', () => {
    const parts: AnswerPart[] = [
      { type: 'reasoning', text: 'plain' },
      { type: 'reasoning', text: 'sealed', signature: { wire: 'anthropic', value: 's' } },
      { type: 'text', text: 'so' },
    ];
    expect(partsOf(messageFor(...parts))).toEqual(parts);
  });

  it('is Google’s own place for Google’s signatures', () => {
    const signature = { wire: 'gemini', value: 'AbC=' } as const;
    expect(messageFor({ type: 'text', text: 'hi', signature })).toMatchObject({
      extra_content: { google: { thought_signature: 'AbC=' } },
    });
  });

  it('keeps the details of OpenRouter as they are', () => {
    const details = [
      { type: 'reasoning.summary', summary: 'so', format: 'openai-responses-v1', index: 0 },
      {
        type: 'reasoning.encrypted',
        data: 'x',
        id: 'rs_1',
        format: 'openai-responses-v1',
        index: 0,
      },
    ];
    const parts = partsOf({ role: 'assistant', content: 'hi', reasoning_details: details });
    const answered = parts.filter((part) => part.type === 'reasoning' || part.type === 'text');
    expect(messageFor(...answered)).toMatchObject({ reasoning_details: details });
  });
});

describe('an answer', () => {
  it('tells citations by their place in the whole text, with a URL for each', () => {
    const { annotations } = messageFor(
      { type: 'text', text: 'One. ' },
      {
        type: 'text',
        text: 'Two.',
        citations: [
          { kind: 'url', url: 'https://a.example', title: 'A', startIndex: 0, endIndex: 4 },
          { kind: 'document', documentIndex: 1, citedText: 'two' },
        ],
      },
    );
    expect(annotations).toEqual([
      {
        type: 'url_citation',
        url_citation: { url: 'https://a.example', title: 'A', start_index: 5, end_index: 9 },
      },
      {
        type: 'url_citation',
        url_citation: {
          url: 'document:1',
          title: '',
          start_index: 5,
          end_index: 5,
          content: 'two',
        },
      },
    ]);
  });

  it('speaks of functions to a client that does', () => {
    const answer: Answer = {
      ...{ id: 'a', model: 'm', createdAt: 1, usage: null },
      choices: [
        {
          index: 0,
          parts: [{ type: 'tool-call', id: 'c', name: 'f', argumentsText: '{}', kind: 'function' }],
          finish: { reason: 'tool_calls', raw: null },
        },
      ],
    };
    const encoded = codec.encodeAnswer(answer, { ...context, request: { functions: [] } });
    expect(JSON.parse(Buffer.from(encoded).toString()).choices[0]).toMatchObject({
      message: { function_call: { name: 'f', arguments: '{}' } },
      finish_reason: 'function_call',
    });
  });

  it.each([
    [{ reason: 'refusal', raw: 'refusal' }, 'content_filter'],
    [{ reason: 'pause', raw: 'pause_turn' }, 'stop'],
    [{ reason: 'other', raw: 'MALFORMED_FUNCTION_CALL' }, 'malformed_function_call'],
    [{ reason: 'stop_sequence', raw: 'stop_sequence' }, 'stop'],
  ] as const)('maps the end %j', (finish, word) => {
    const answer: Answer = {
      ...{ id: '', model: '', createdAt: null, usage: null },
      choices: [{ index: 0, parts: [], finish }],
    };
    expect(JSON.parse(Buffer.from(codec.encodeAnswer(answer, context)).toString())).toMatchObject({
      ...{ id: 'chatcmpl-req_1', model: 'asked', created: 9 },
      choices: [{ finish_reason: word, message: { content: null } }],
    });
  });
});
