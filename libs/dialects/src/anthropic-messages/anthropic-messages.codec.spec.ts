import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { NO_USAGE } from '@tollgate/contracts';
import {
  type Answer,
  type AnswerEvent,
  type AnswerPart,
  type Conversation,
  unfoldAnswer,
} from '@tollgate/neutral';
import type { AnswerContext } from '../chat-codec.ts';
import { anthropicMessagesCodec as codec } from './anthropic-messages.codec.ts';

const context: AnswerContext = {
  requestId: 'req_7',
  modelAsked: 'asked',
  usageAsked: true,
  nowS: 0,
  request: {},
};
const usage = {
  ...NO_USAGE,
  inputTokens: 90,
  cachedInputTokens: 20,
  cacheWriteTokens: 30,
  cacheWrite1hTokens: 10,
  outputTokens: 5,
};

function answerOf(parts: readonly AnswerPart[], changes: Partial<Answer> = {}): Answer {
  const finish = { reason: 'stop', raw: 'stop' } as const;
  return {
    ...{ id: 'msg_1', model: 'm', createdAt: null, usage },
    choices: [{ index: 0, parts, finish }],
    ...changes,
  };
}

function encodeStream(events: readonly AnswerEvent[]): { given: string; tail: string } {
  const frames: Uint8Array[] = [];
  const encoder = codec.streamEncoder(context, (bytes) => frames.push(bytes));
  for (const event of events) encoder.push(event);
  return {
    given: Buffer.concat(frames).toString(),
    tail: Buffer.from(encoder.tail).toString(),
  };
}

function told(answer: Answer): AnswerEvent[] {
  const events: AnswerEvent[] = [];
  unfoldAnswer(answer, (event) => events.push(event));
  return events;
}

const params = { model: 'm', max_tokens: 1, messages: [{ role: 'user' as const, content: 'x' }] };
function sdk(body: string, type: string): Anthropic {
  const fetch = async (): Promise<Response> =>
    new Response(body, { headers: { 'content-type': type } });
  return new Anthropic({ apiKey: 'k', baseURL: 'http://sdk.test', maxRetries: 0, fetch });
}
const read = async (answer: Answer) => {
  const body = Buffer.from(codec.encodeAnswer(answer, context)).toString();
  return { ...(await sdk(body, 'application/json').messages.create(params)) };
};
const readStreamed = async (answer: Answer) => {
  const { given, tail } = encodeStream(told(answer));
  const stream = sdk(given + tail, 'text/event-stream').messages.stream(params);
  return { ...(await stream.finalMessage()) };
};
const plain = (value: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(value));

function decode(fields: Readonly<Record<string, unknown>>): Conversation {
  const decoded = codec.decodeRequest({ max_tokens: 1, messages: [], ...fields });
  if (!decoded.ok) throw new Error(decoded.failure.message);
  return decoded.value;
}

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('\n\nevent: message_stop\ndata: {}\n\n', 'é€😀', '"', '\u2028'),
);
const opaque = fc.record({
  wire: fc.constantFrom('anthropic', 'gemini', 'openai-responses' as const),
  value: fc.string({ minLength: 1 }),
});
const part: fc.Arbitrary<AnswerPart> = fc.oneof(
  text.map((value): AnswerPart => ({ type: 'text', text: value })),
  text.map((value): AnswerPart => ({ type: 'refusal', text: value })),
  fc
    .tuple(text, opaque)
    .map(([value, signature]): AnswerPart => ({ type: 'text', text: value, signature })),
  fc
    .tuple(text, opaque)
    .map(([value, signature]): AnswerPart => ({ type: 'reasoning', text: value, signature })),
  opaque.map(
    (signature): AnswerPart => ({ type: 'reasoning', text: '', isRedacted: true, signature }),
  ),
  fc.tuple(fc.dictionary(fc.string(), text), fc.option(opaque, { nil: undefined })).map(
    ([input, signature]): AnswerPart => ({
      ...{ type: 'tool-call', id: 'c', name: 'f', kind: 'function' },
      argumentsText: JSON.stringify(input),
      ...(signature ? { signature } : {}),
    }),
  ),
  text.map(
    (value): AnswerPart => ({
      ...{ type: 'tool-call', id: 'c', name: 'f', kind: 'custom', argumentsText: value },
    }),
  ),
  fc.constant<AnswerPart>({
    type: 'image',
    source: { kind: 'data', mediaType: 'image/png', base64: 'AAAA' },
  }),
  fc.constant<AnswerPart>({
    ...{ type: 'foreign', wire: 'anthropic', name: 'server_tool_use' },
    json: { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
  }),
  fc.constant<AnswerPart>({ type: 'foreign', wire: 'gemini', name: 'x', json: {} }),
);

describe('an answer in Anthropic', () => {
  it('names the container in which tools of Anthropic ran, whole and streamed', async () => {
    const container = { id: 'container_1', expires_at: '2026-11-21T12:00:00Z' };
    const finish = { reason: 'stop', raw: 'end_turn', container } as const;
    const answer = answerOf([], { choices: [{ index: 0, parts: [], finish }] });
    expect(await read(answer)).toMatchObject({ container });
    expect(await readStreamed(answer)).toMatchObject({ container });
  });

  it('reads the same to the official SDK, streamed and whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        const answer = answerOf(parts);
        const { usage: counted, ...whole } = plain(await read(answer));
        const streamed = plain(await readStreamed(answer));
        expect(streamed).toMatchObject(whole);
        // When it begins nothing is known of what was written to a cache, and clients read it there alone.
        const counts = { ...Object(counted), cache_creation: expect.anything() };
        expect(streamed['usage']).toMatchObject(counts);
      }),
      { numRuns: 60 },
    );
  });

  it('carries what other vendors want back, and the next turn gives it back', () => {
    const gemini = { wire: 'gemini', value: 'sig' } as const;
    const parts: AnswerPart[] = [
      { type: 'reasoning', text: 'hm', signature: { wire: 'openai-responses', value: 'enc' } },
      { type: 'text', text: 'so', signature: gemini },
      { type: 'text', text: 'then' },
      {
        ...{ type: 'tool-call', id: 'c1', name: 'f' },
        argumentsText: '{"a":1}',
        kind: 'function',
        signature: gemini,
      },
      { ...{ type: 'tool-call', id: 'c2', name: 'f' }, argumentsText: '{}', kind: 'function' },
      {
        type: 'reasoning',
        text: '',
        isRedacted: true,
        signature: { wire: 'anthropic', value: 'r' },
      },
    ];
    const { content } = JSON.parse(
      Buffer.from(codec.encodeAnswer(answerOf(parts), context)).toString(),
    );
    const { messages } = decode({ messages: [{ role: 'assistant', content }] });
    expect(messages).toEqual([{ role: 'assistant', parts }]);
  });

  it("counts as Anthropic does, and keeps the provider's id, or makes one", async () => {
    const whole = plain(await read(answerOf([])));
    expect(whole).toMatchObject({
      ...{ id: 'msg_1', stop_reason: 'end_turn', stop_sequence: null },
      usage: {
        input_tokens: 40,
        cache_read_input_tokens: 20,
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
        output_tokens: 5,
      },
    });
    const nameless = await readStreamed(answerOf([], { id: '', model: '', usage: null }));
    expect(nameless).toMatchObject({ id: 'msg_7', model: 'asked', usage: { input_tokens: 0 } });
  });

  it('tells a web citation of another vendor', async () => {
    const citations = [
      { kind: 'url', url: 'https://a.example', title: 'A', citedText: 'b' },
    ] as const;
    const message = plain(await readStreamed(answerOf([{ type: 'text', text: 'x', citations }])));
    expect(message['content']).toMatchObject([
      {
        citations: [
          { type: 'web_search_result_location', url: 'https://a.example', cited_text: 'b' },
        ],
      },
    ]);
  });

  it('keeps back what completes it, and tells nothing after it', () => {
    const events = told(answerOf([{ type: 'text', text: 'x' }]));
    const { given, tail } = encodeStream([...events, ...events]);
    expect(given).not.toContain('message_delta');
    expect(tail).toMatch(/^event: message_delta\n.*\n\nevent: message_stop\n.*\n\n$/);
    expect(encodeStream(events)).toEqual({ given, tail });
  });

  it('tells the first choice alone', () => {
    const [choice] = answerOf([{ type: 'text', text: 'a' }]).choices;
    const answer = answerOf([]);
    if (!choice) throw new Error('no choice');
    const two = { ...answer, choices: [choice, { ...choice, index: 1 }] };
    expect(encodeStream(told(two)).given.match(/content_block_start"/g)).toHaveLength(1);
  });
});

describe("a request in Anthropic's terms", () => {
  it('keeps what has no neutral meaning under its path', () => {
    const block = { type: 'image', source: { type: 'url', url: 'https://a/b.png' }, zoom: 2 };
    const { others } = decode({
      mcp_servers: [{ name: 'm' }],
      thinking: { type: 'between_tools' },
      metadata: { user_id: 'u', other: 1 },
      system: 'be brief',
      tools: [{ name: 'f', input_schema: {}, defer_loading: true }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'x' }, block] }],
    });
    expect(others).toEqual({
      mcp_servers: [{ name: 'm' }],
      thinking: { type: 'between_tools' },
      metadata: { other: 1 },
      'messages[].content[].zoom': [[2, 2]],
      'tools[].defer_loading': [[0, true]],
    });
  });

  it("says what a tool answered in messages of its own, before the user's", () => {
    const content = [
      { type: 'tool_result', tool_use_id: 'a', content: 'one', is_error: true },
      { type: 'tool_result', tool_use_id: 'b' },
      { type: 'text', text: 'go on', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ];
    const { messages } = decode({ messages: [{ role: 'user', content }] });
    expect(messages).toEqual([
      {
        role: 'tool',
        parts: [
          {
            ...{ type: 'tool-result', callId: 'a', kind: 'function', isError: true },
            parts: [{ type: 'text', text: 'one' }],
          },
          { type: 'tool-result', callId: 'b', kind: 'function', parts: [] },
        ],
      },
      { role: 'user', parts: [{ type: 'text', text: 'go on', cache: { ttl: '1h' } }] },
    ]);
  });

  it('reads a search result as a document, and a call by code as foreign', () => {
    const found = {
      ...{ type: 'search_result', source: 'https://a', title: 'A' },
      content: [{ type: 'text', text: 'b' }],
    };
    const byCode = {
      ...{ type: 'tool_use', id: 'a', name: 'f', input: {} },
      caller: { type: 'code_execution_20250825', tool_id: 't' },
    };
    const { messages } = decode({
      messages: [
        { role: 'user', content: [found] },
        { role: 'assistant', content: [byCode] },
      ],
    });
    expect(messages).toMatchObject([
      {
        parts: [
          { type: 'document', source: { kind: 'text', text: 'b' }, original: { json: found } },
        ],
      },
      { parts: [{ type: 'foreign', wire: 'anthropic', name: 'tool_use', json: byCode }] },
    ]);
  });

  it('never throws', () => {
    const content = fc.oneof(fc.string(), fc.array(fc.jsonValue()), fc.jsonValue());
    const field = fc.constantFrom('system', 'tools', 'thinking', 'output_config', 'tool_choice');
    fc.assert(
      fc.property(content, field, fc.jsonValue(), (value, name, other) => {
        decode({ messages: [{ role: 'user', content: value }], [name]: other });
      }),
    );
  });
});
