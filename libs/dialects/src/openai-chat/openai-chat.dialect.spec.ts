import fc from 'fast-check';
import { failure } from '@tollgate/contracts';
import { openaiChat } from './openai-chat.dialect.ts';

const MESSAGES = [{ role: 'user', content: 'hi' }];
const parse = (body: unknown) =>
  openaiChat.parse(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

function profileOf(body: unknown) {
  const parsed = parse(body);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value.profile;
}

describe('openai-chat', () => {
  it('guarantees that the bytes pass as they came, unknown fields included', () => {
    const bytes = Buffer.from(
      '{ "messages":[{"role":"user","content":"é"}],  "future": {"x":[1.0]} }',
    );
    const parsed = openaiChat.parse(bytes);
    expect(parsed.ok && parsed.value.body).toBe(bytes);
  });

  it('guarantees that the profile says what the request needs', () => {
    const image = {
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${'A'.repeat(80_000)}` },
    };
    const profile = profileOf({
      model: 'openai/gpt-5',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'what?' }, image] }],
      tools: [{ type: 'function', function: { name: 'f' } }],
      response_format: { type: 'json_schema', json_schema: { name: 's', schema: {} } },
      reasoning_effort: 'high',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 5,
      max_completion_tokens: 50,
      n: 2,
      metadata: { team: 'a' },
      user: 'u-1',
    });
    expect(profile).toMatchObject({
      modelAsked: 'openai/gpt-5',
      capabilities: ['vision', 'tools', 'json_schema', 'reasoning'],
      stream: true,
      usageAsked: true,
      outputCap: 50,
      choices: 2,
      metadata: { team: 'a' },
      endUser: 'u-1',
    });
    expect(profile.inputTokensEstimate).toBeLessThan(1_300);
    expect(profile.inputTokensBound).toBeGreaterThan(36_835);
    expect(profile.inputTokensBound).toBeLessThan(39_000);
  });

  it.each([
    [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }, 'audio'],
    [{ type: 'file', file: { file_id: 'file-1' } }, 'documents'],
    [{ type: 'file', file: { file_data: 'data:application/pdf;base64,AA' } }, 'documents'],
  ])('guarantees that a part %j needs %s', (part, capability) => {
    const profile = profileOf({ messages: [{ role: 'user', content: [part] }] });
    expect(profile.capabilities).toEqual([capability]);
  });

  it('guarantees that null stands for a field left out', () => {
    const profile = profileOf({
      model: null,
      messages: MESSAGES,
      stream: null,
      max_tokens: null,
      n: null,
      tools: null,
      response_format: null,
      stream_options: null,
      metadata: null,
      user: null,
      reasoning_effort: null,
    });
    expect(profile).toMatchObject({
      modelAsked: null,
      stream: false,
      outputCap: null,
      choices: 1,
      capabilities: [],
    });
  });

  it.each([
    [{}, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'hi' }, 'messages'],
    [{ messages: [1] }, 'messages[0]'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: MESSAGES, model: 5 }, 'model'],
    [{ messages: MESSAGES, model: '' }, 'model'],
    [{ messages: MESSAGES, model: 'a\r\nx: y' }, 'model'],
    [{ messages: MESSAGES, stream: 'true' }, 'stream'],
    [{ messages: MESSAGES, stream_options: 1 }, 'stream_options'],
    [{ messages: MESSAGES, max_tokens: 0 }, 'max_tokens'],
    [{ messages: MESSAGES, max_tokens: 1.5 }, 'max_tokens'],
    [{ messages: MESSAGES, max_completion_tokens: -1 }, 'max_completion_tokens'],
    [{ messages: MESSAGES, n: 0 }, 'n'],
    [{ messages: MESSAGES, tools: {} }, 'tools'],
    [{ messages: MESSAGES, tools: [1] }, 'tools'],
    [{ messages: MESSAGES, response_format: 'json' }, 'response_format'],
    [{ messages: MESSAGES, metadata: { a: 1 } }, 'metadata'],
    [{ messages: MESSAGES, user: 1 }, 'user'],
    ['{"model":"a","model":"b","messages":[]}', 'model'],
    ['{"messages":[{"role":"user","__proto__":{}}]}', '__proto__'],
  ])('guarantees that %j is refused, naming %s', (body, param) => {
    const parsed = parse(body);
    expect(parsed).toMatchObject({
      ok: false,
      failure: { code: 'request.validation_error', param },
    });
    expect(!parsed.ok && parsed.failure.message).toContain(`"${param}"`);
  });

  it.each([
    '',
    'null',
    '[]',
    '"x"',
    '{"messages":',
    '{"messages":[}',
    `{"a":${'['.repeat(100_000)}`,
  ])('guarantees that %.20j is refused as a body', (body) => {
    expect(parse(body)).toMatchObject({ ok: false, failure: { code: 'request.validation_error' } });
  });

  it('guarantees that invalid UTF-8 is refused', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"messages":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    expect(openaiChat.parse(bytes)).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining('UTF-8') },
    });
  });

  it('guarantees that any bytes and any JSON get an answer', () => {
    const known = fc.record(
      Object.fromEntries(
        [
          'messages',
          'model',
          'stream',
          'tools',
          'n',
          'max_tokens',
          'metadata',
          'user',
          'response_format',
          'stream_options',
          'modalities',
          'functions',
          'reasoning_effort',
        ].map((key) => [key, fc.jsonValue()]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          known.map((v) => Buffer.from(JSON.stringify(v))),
        ),
        (bytes) => {
          const parsed = openaiChat.parse(bytes);
          if (!parsed.ok) expect(parsed.failure.code).toBe('request.validation_error');
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('guarantees failures as OpenAI writes them', () => {
    const refused = failure('request.validation_error', {
      param: 'n',
      message: 'bad',
      internal: 'sk-secret',
    });
    expect(JSON.parse(openaiChat.renderFailure(refused, { requestId: 'req_1' }))).toEqual({
      error: {
        message: 'bad',
        type: 'invalid_request_error',
        param: 'n',
        code: 'validation_error',
        request_id: 'req_1',
      },
    });
  });

  it('guarantees that a failure in a stream is one event, whatever its text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const text = openaiChat.renderStreamFailure(failure('provider.interrupted', { message }), {
          requestId: 'req_1',
        });
        const match = /^event: error\ndata: ([^\r\n]*)\n\n$/.exec(text);
        expect(JSON.parse(match?.[1] ?? '').error.message).toBe(message);
      }),
    );
  });
});
