import { type Conversation, Losses, type ReasoningWish, type TextPart } from '@tollgate/neutral';
import { chatWireContract, readWire } from '../src/chat-wire.contract.ts';
import type { WireRequest } from '../src/chat-wire.ts';
import { PROVIDERS } from '../src/provider-registry.ts';
import { EMPTY_CONVERSATION, wireRequest } from './support/read-wire.ts';

const connect = (config: Record<string, unknown>, baseUrl = 'http://127.0.0.1:11434') => {
  const connected = PROVIDERS.ollama.connect({ baseUrl, config, credential: null });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
};
const connection = connect({ api: 'native' });
const wire = connection.chat;
if (!wire) throw new Error('there is no wire');

const AT = '2026-07-30T14:17:27.836768072Z';
const line = (fields: Record<string, unknown>): Buffer =>
  Buffer.from(`${JSON.stringify({ model: 'm', created_at: AT, done: false, ...fields })}\n`);
const said = (message: Record<string, unknown>): Buffer =>
  line({ message: { role: 'assistant', content: '', ...message } });
const COUNTS = { done: true, done_reason: 'stop', prompt_eval_count: 7, eval_count: 9 };
const CALLS = [
  { function: { name: 'f', arguments: { a: [1, 'é'] } } },
  { id: 'call_own', function: { name: 'g', arguments: {} } },
];
const LOGPROB = {
  token: 'H',
  logprob: -0.5,
  bytes: [72],
  top_logprobs: [{ token: 'h', logprob: -2 }],
};
const TEXTS = ['Hé', 'llo €😀', '\n{"done":true}\n', '\n\ndata: [DONE]\n\n'];

chatWireContract('Ollama', {
  wire,
  request: wireRequest('m'),
  frameOf: (json) => Buffer.from(`${JSON.stringify({ message: json, tool_calls: json })}\n`),
  frames: [
    said({ thinking: 'hm' }),
    said({ thinking: ' so' }),
    line({ message: { role: 'assistant', content: TEXTS[0] }, logprobs: [LOGPROB] }),
    ...TEXTS.slice(1).map((content) => said({ content })),
    said({ tool_calls: CALLS.slice(0, 1) }),
    said({ tool_calls: CALLS.slice(1) }),
    line({ message: { role: 'assistant', content: '' }, ...COUNTS }),
  ],
  answer: line({
    message: { role: 'assistant', content: TEXTS.join(''), thinking: 'hm so', tool_calls: CALLS },
    logprobs: [LOGPROB],
    ...COUNTS,
    surprise: [1],
  }),
});

describe('an answer of Ollama', () => {
  const read = (...frames: Buffer[]) =>
    readWire({ wire, request: wireRequest('m') }, Buffer.concat(frames), [7]);

  it('gives calls ids where it has none, each its own', () => {
    const decoded = wire.decodeAnswer(
      line({ message: { content: '', tool_calls: [CALLS[0], CALLS[0]] }, ...COUNTS }),
      wireRequest('m'),
    );
    expect(decoded).toMatchObject({
      ok: true,
      answer: {
        choices: [
          {
            finish: { reason: 'tool_calls', raw: 'stop' },
            parts: [
              { id: 'call_20260730141727836768072_0' },
              { id: 'call_20260730141727836768072_1' },
            ],
          },
        ],
      },
    });
  });

  it('keeps every digit of arguments, whole and streamed, there and back', () => {
    const args = '{"id":12345678901234567890}';
    const tool_calls = [{ function: { name: 'f', arguments: JSON.parse('{"id":1}') } }];
    const json = line({ message: { content: '', tool_calls }, ...COUNTS }).toString();
    const frame = Buffer.from(json.replace('{"id":1}', args));
    const decoded = wire.decodeAnswer(frame, wireRequest('m'));
    const call = { type: 'tool-call', argumentsText: args };
    expect(decoded).toMatchObject({ answer: { choices: [{ parts: [call] }] } });
    expect(read(frame)).toMatchObject({
      events: expect.arrayContaining([
        expect.objectContaining({ type: 'part', value: expect.objectContaining(call) }),
      ]),
    });
  });

  it('takes the last line without its line break', () => {
    const last = line({ message: { content: '' }, ...COUNTS });
    expect(read(said({ content: 'a' }), last.subarray(0, -1))).toMatchObject({
      phase: 'finished',
    });
  });

  it.each([
    ['an error in a line', line({ error: 'runner died' }), 'provider.server_error'],
    ['a line that is no JSON', Buffer.from('oops\n'), 'provider.invalid_answer'],
    ['a line that is no object', Buffer.from('[]\n'), 'provider.invalid_answer'],
    ['an end before it is done', Buffer.alloc(0), 'provider.interrupted'],
    ['a line without end', Buffer.alloc(11 * 1024 * 1024, 'x'), 'provider.invalid_answer'],
  ])('fails at %s', (_name, bytes, code) => {
    const stream = Buffer.concat([said({ content: 'a' }), bytes]);
    const seen = readWire({ wire, request: wireRequest('m') }, stream, [65_536]);
    expect(seen).toMatchObject({ phase: 'failed', code });
  });

  it.each([
    ['', 'provider.invalid_answer'],
    ['{}', 'provider.invalid_answer'],
    ['{"message":{"content":"x"},"done":false}', 'provider.invalid_answer'],
    ['{"error":"no"}', 'provider.server_error'],
  ])('that is none fails: %s', (text, code) => {
    const decoded = wire.decodeAnswer(Buffer.from(text), wireRequest('m'));
    expect(decoded).toMatchObject({ ok: false, failure: { code } });
  });

  it('that is refused says why', () => {
    const refuse = (status: number, error: string) =>
      connection.decodeFailure(
        { status, headers: {}, body: Buffer.from(JSON.stringify({ error })) },
        0,
      );
    expect(refuse(404, "model 'x' not found").code).toBe('provider.unknown_model');
    expect(refuse(400, 'bad').code).toBe('provider.bad_request');
  });
});

const text = (content: string): TextPart => ({ type: 'text', text: content });

function encode(conversation: Partial<Conversation>, changes: Partial<WireRequest> = {}) {
  const losses = new Losses('lenient', 'ollama');
  const request = wireRequest('m', {
    conversation: { ...EMPTY_CONVERSATION, ...conversation },
    losses,
    ...changes,
  });
  const encoded = wire?.encodeRequest(request);
  if (!encoded?.ok) throw new Error('not encoded');
  const settled = losses.settle();
  return {
    path: encoded.value.path,
    json: JSON.parse(Buffer.from(encoded.value.body).toString()),
    lost: settled.ok ? settled.value : [],
    refused: settled.ok ? undefined : settled.failure.param,
  };
}

describe('a conversation on its way to Ollama', () => {
  it('carries text, limits and a format as they were recorded', () => {
    const { path, json, lost } = encode({
      messages: [
        { role: 'developer', parts: [text('be kind')] },
        { role: 'user', parts: [text('hi'), text('there')] },
      ],
      maxOutputTokens: 128,
      temperature: 0,
      topK: 3,
      topP: 0.5,
      seed: 7,
      stop: ['END'],
      frequencyPenalty: 0.1,
      outputFormat: { type: 'json_schema', schema: { type: 'object' } },
      logprobs: true,
    });
    expect(path).toBe('/api/chat');
    expect(json).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'be kind' },
        { role: 'user', content: 'hi\nthere' },
      ],
      stream: false,
      format: { type: 'object' },
      logprobs: true,
      options: {
        num_predict: 128,
        temperature: 0,
        top_k: 3,
        top_p: 0.5,
        seed: 7,
        stop: ['END'],
        frequency_penalty: 0.1,
      },
    });
    expect(lost).toEqual(['messages[].content']);
  });

  it('carries images, calls, their results and thoughts', () => {
    const image = { type: 'image', source: { kind: 'url', url: 'https://x/a.png' } } as const;
    const fetched = new Map([['https://x/a.png', { mediaType: 'image/png', base64: 'QUJD' }]]);
    const messages: Conversation['messages'] = [
      { role: 'user', parts: [text('look'), image] },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'hm' },
          { type: 'tool-call', id: 'c1', name: 'f', argumentsText: '{"a":1}', kind: 'function' },
        ],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'c1',
            kind: 'function',
            parts: [text('r'), image] as const,
          },
        ],
      },
    ];
    const tools = [{ type: 'function', name: 'f', description: 'd' }] as const;
    expect(wire.mediaToFetch({ ...EMPTY_CONVERSATION, messages })).toEqual(['https://x/a.png']);
    expect(encode({ messages, tools }, { fetched, stream: true }).json).toEqual({
      model: 'm',
      stream: true,
      messages: [
        { role: 'user', content: 'look', images: ['QUJD'] },
        {
          role: 'assistant',
          content: '',
          thinking: 'hm',
          tool_calls: [{ id: 'c1', function: { name: 'f', arguments: { a: 1 } } }],
        },
        { role: 'tool', content: 'r', images: ['QUJD'], tool_name: 'f', tool_call_id: 'c1' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'f', description: 'd', parameters: { type: 'object', properties: {} } },
        },
      ],
    });
  });

  it.each<[ReasoningWish, string, unknown, readonly string[]]>([
    [{ effort: 'none' }, 'gpt-oss:20b', false, []],
    [{ budgetTokens: 0 }, 'qwen3', false, []],
    [{ effort: 'high' }, 'gpt-oss:20b', 'high', []],
    [{ effort: 'minimal' }, 'gpt-oss:20b', 'low', ['reasoning_effort']],
    [{ effort: 'high' }, 'qwen3', true, ['reasoning_effort']],
    [{ budgetTokens: 4_000 }, 'qwen3', true, ['reasoning_effort']],
    [{ includeText: true }, 'qwen3', undefined, []],
  ])('thinks as %j says on %s: %s', (reasoning, model, think, lost) => {
    const encoded = encode({ reasoning }, { model });
    expect(encoded.json.think).toBe(think);
    expect(encoded.lost).toEqual(lost);
  });

  it.each<[string, Partial<Conversation>]>([
    ['n', { candidates: 2 }],
    ['tool_choice', { tools: [{ type: 'function', name: 'f' }], toolChoice: { type: 'required' } }],
    ['tools[].custom', { tools: [{ type: 'custom', name: 'c' }] }],
    [
      'messages[].content[].file',
      {
        messages: [
          { role: 'user', parts: [{ type: 'document', source: { kind: 'text', text: 'x' } }] },
        ],
      },
    ],
  ])('is refused by name for %s', (param, conversation) => {
    expect(encode(conversation).refused).toBe(param);
  });

  it('drops by name what Ollama has no word for', () => {
    const { lost } = encode({
      logitBias: { 1: 2 },
      verbosity: 'low',
      endUser: 'u',
      metadata: { a: 'b' },
      others: { store: true },
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'x', cache: {} }] }],
    });
    expect(new Set(lost)).toEqual(
      new Set([
        'logit_bias',
        'verbosity',
        'user',
        'metadata',
        'store',
        'messages[].content[].cache_control',
      ]),
    );
  });
});

describe('a connection to Ollama', () => {
  it('takes the path that it shares with OpenAI unless its config says native', () => {
    expect(connect({}).dialects.has('openai-chat')).toBe(true);
    expect(connection.dialects.has('openai-chat')).toBe(false);
    expect(connection.dialects.has('openai-embeddings')).toBe(true);
    const behind = connect({ api: 'native' }, 'http://host/ollama/v1');
    const encoded = behind.chat?.encodeRequest(wireRequest('m'));
    expect(encoded).toMatchObject({ ok: true, value: { path: '/ollama/api/chat' } });
    expect(behind.modelList?.path).toBe('/ollama/v1/models');
  });
});
