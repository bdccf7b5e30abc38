import type { FailureCode } from '@tollgate/contracts';
import { PROVIDERS } from '../src/provider-registry.ts';
import { connectSample, providerContract, stream } from '../src/provider.contract.ts';
import type { ClientRequest, ConnectionParts } from '../src/provider.ts';

const request: ClientRequest = {
  dialect: 'anthropic-messages',
  operation: 'chat',
  body: Buffer.from('{"model":"claude-x","max_tokens":9,"messages":[]}'),
  stream: false,
  usageAsked: true,
  modelAsked: 'claude-x',
  outputCap: null,
};

const event = (value: { readonly type: string }): string =>
  `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
/** Text that looks like frames, in two and three bytes a character. */
const TEXTS = [
  'Hé',
  'llo €😀',
  '\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n',
  '"type":"error"',
  'event: error',
];
const startUsage = {
  input_tokens: 40,
  cache_creation_input_tokens: 30,
  cache_read_input_tokens: 20,
  cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
  output_tokens: 1,
};
const START = event({
  type: 'message_start',
  ...{ message: { id: 'msg_1', content: [], model: 'claude-x', usage: startUsage } },
});
const text = (piece: string): string =>
  event({
    type: 'content_block_delta',
    ...{ index: 0, delta: { type: 'text_delta', text: piece } },
  });
const endUsage = { output_tokens: 50, output_tokens_details: { thinking_tokens: 5 } };
const END = event({
  type: 'message_delta',
  ...{ delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: endUsage },
});
const STOP = event({ type: 'message_stop' });
const PING = event({ type: 'ping' });
const BLOCK = event({
  type: 'content_block_start',
  ...{ index: 0, content_block: { type: 'text', text: '' } },
});
const BLOCK_END = event({ type: 'content_block_stop', ...{ index: 0 } });
const events = [START, BLOCK, PING, ...TEXTS.map(text), BLOCK_END, END, STOP];
const answer = JSON.stringify({
  id: 'msg_1',
  content: [{ type: 'text', text: TEXTS.join('') }],
  stop_reason: 'end_turn',
  usage: { ...startUsage, ...endUsage },
  surprise: [1],
});
const sample = {
  provider: PROVIDERS.anthropic,
  baseUrl: 'https://api.anthropic.com',
  request,
  events,
  shown: events,
  answer,
};

providerContract('anthropic', sample);
const crlf = events.map((one) => one.replaceAll('\n', '\r\n'));
providerContract('anthropic with CRLF', { ...sample, events: crlf, shown: crlf });

providerContract('Claude on Vertex', {
  ...sample,
  provider: PROVIDERS.google,
  baseUrl: 'https://aiplatform.googleapis.com',
  config: { vertex: { project: 'p', location: 'global' } },
  model: 'claude-x',
});
providerContract('Claude in Foundry', {
  ...sample,
  provider: PROVIDERS.azure,
  baseUrl: 'https://r.services.ai.azure.com/anthropic',
  model: 'claude-x',
});

const connection = connectSample(sample);
const play = (...parts: readonly string[]) =>
  stream(connection, { ...request, stream: true }, Buffer.from(parts.join('')));

describe('a stream of Anthropic', () => {
  it('counts what the start and the end say, with its parts in the totals', () => {
    expect(play(...events).usage).toEqual({
      inputTokens: 90,
      cachedInputTokens: 20,
      cacheWriteTokens: 30,
      cacheWrite1hTokens: 20,
      inputAudioTokens: 0,
      outputTokens: 50,
      reasoningTokens: 5,
      outputAudioTokens: 0,
    });
  });

  it('promises nothing before the first block, and keeps what was counted', () => {
    expect(play(START, PING)).toMatchObject({
      given: '',
      code: 'provider.interrupted',
      usage: { inputTokens: 90 },
    });
  });

  it('is not complete without message_stop', () => {
    expect(play(START, BLOCK, END)).toMatchObject({ code: 'provider.interrupted', tail: '' });
    expect(play(START, BLOCK, STOP)).toMatchObject({ code: 'provider.interrupted', tail: '' });
  });

  it.each<[string, FailureCode]>([
    ['overloaded_error', 'provider.overloaded'],
    ['rate_limit_error', 'provider.rate_limited'],
    ['api_error', 'provider.server_error'],
    ['something_new', 'provider.server_error'],
  ])('fails at the error %s, after what came before it', (type, code) => {
    const error = { type: 'error', ...{ error: { type, message: 'x' } } };
    const data = `data: ${JSON.stringify(error)}\n\n`;
    for (const frame of [`event: error\n${data}`, data])
      expect(play(START, BLOCK, frame, STOP)).toMatchObject({
        phase: 'failed',
        given: START + BLOCK,
        code,
        tail: '',
      });
  });

  it('adds what a compaction took', () => {
    const iterations = [
      { type: 'compaction', input_tokens: 100, output_tokens: 10 },
      { type: 'message', input_tokens: 40, output_tokens: 50 },
    ];
    const body = JSON.stringify({
      content: [],
      usage: { input_tokens: 40, output_tokens: 50, iterations },
    });
    expect(connection.decodeResponse(request, Buffer.from(body))).toMatchObject({
      facts: { usage: { inputTokens: 140, outputTokens: 60 } },
    });
  });
});

describe('a refusal of Anthropic', () => {
  const refuse = (status: number, type: string, message = '') =>
    connection.decodeFailure(
      {
        status,
        headers: { 'retry-after': '3' },
        body: Buffer.from(JSON.stringify({ type: 'error', error: { type, message } })),
      },
      0,
    );

  it.each<[number, string, string, FailureCode]>([
    [401, 'authentication_error', 'invalid x-api-key', 'provider.rejected_credentials'],
    [403, 'permission_error', 'no', 'provider.rejected_credentials'],
    [402, 'billing_error', 'pay', 'provider.credits_exhausted'],
    [
      400,
      'invalid_request_error',
      'Your credit balance is too low to access the Anthropic API.',
      'provider.credits_exhausted',
    ],
    [429, 'rate_limit_error', 'slow', 'provider.rate_limited'],
    [529, 'overloaded_error', 'Overloaded', 'provider.overloaded'],
    [500, 'api_error', 'x', 'provider.server_error'],
    [504, 'timeout_error', 'x', 'provider.timeout'],
    [413, 'request_too_large', 'x', 'provider.context_too_long'],
    [
      400,
      'invalid_request_error',
      'prompt is too long: 209 tokens > 200 maximum',
      'provider.context_too_long',
    ],
    [
      400,
      'invalid_request_error',
      'input length and `max_tokens` exceed context limit: 5 + 5 > 9',
      'provider.context_too_long',
    ],
    [
      400,
      'invalid_request_error',
      'Output blocked by content filtering policy',
      'provider.content_filtered',
    ],
    [404, 'not_found_error', 'model: claude-9', 'provider.unknown_model'],
    [404, 'not_found_error', 'File not found', 'provider.bad_request'],
    [400, 'invalid_request_error', 'max_tokens: must be greater', 'provider.bad_request'],
    [302, '', '', 'provider.misconfigured'],
  ])('%i %s "%s" is %s', (status, type, message, code) => {
    expect(refuse(status, type, message).code).toBe(code);
  });

  it('tells the caller no more than a field and a type', () => {
    const told = refuse(400, 'invalid_request_error', 'messages.0.content.1: "my secret" is bad');
    expect(told).toMatchObject({
      param: 'messages.0.content.1',
      message:
        'The provider refused the request as not valid (invalid_request_error: messages.0.content.1).',
      retryAfterMs: 3_000,
    });
    expect(refuse(401, 'authentication_error', 'invalid credential').message).toBe(
      'Provider rejected the API key.',
    );
    expect(refuse(401, 'authentication_error', 'bad credential').internal).toContain(
      '[credential]',
    );
  });
});

describe('a request to Anthropic', () => {
  const encode = (
    changes: Partial<ClientRequest>,
    parts: Partial<ConnectionParts> = {},
    model = 'claude-x',
  ) => {
    const { baseUrl } = sample;
    const connected = PROVIDERS.anthropic.connect({
      ...{ baseUrl, config: {}, credential: 'secret' },
      ...parts,
    });
    if (!connected.ok) throw new Error(connected.failure.internal);
    const encoded = connected.value.encodeRequest({ ...request, ...changes }, model);
    if (!encoded.ok) throw new Error(encoded.failure.code);
    const { path, headers, body } = encoded.value;
    const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1]]] : []));
    const sent: Record<string, unknown> = Object.fromEntries(pairs);
    return { path, headers: sent, text: Buffer.from(body).toString() };
  };

  it('leaves the bytes, but for the model and a cap that is missing', () => {
    const body = '{ "model":"a", "n":1e400, "max_tokens" : null}';
    const changes = { body: Buffer.from(body), modelAsked: 'a', outputCap: 7 };
    expect(encode(changes).text).toBe('{ "model":"claude-x", "n":1e400, "max_tokens" : 7}');
    expect(encode({ outputCap: 7 }).text).toBe(Buffer.from(request.body).toString());
    expect(encode({ body: Buffer.from('{}'), modelAsked: null }).text).toBe('{"model":"claude-x"}');
  });

  it('goes to the right place, with the credential and a version', () => {
    const baseUrl = 'https://proxy.example/anthropic/';
    const sent = encode({}, { baseUrl });
    expect(sent.path).toBe('/anthropic/v1/messages');
    expect(sent.headers).toMatchObject({
      'x-api-key': 'secret',
      'anthropic-version': '2023-06-01',
      'accept-encoding': 'identity',
    });
    expect(sent.headers).not.toHaveProperty('anthropic-beta');
    const count = { dialect: 'anthropic-count-tokens', operation: 'count_tokens' } as const;
    expect(encode({ ...count, outputCap: 5 }).path).toBe('/v1/messages/count_tokens');
    expect(
      encode({ ...count, body: Buffer.from('{"model":"m"}'), modelAsked: 'm', outputCap: 5 }).text,
    ).toBe('{"model":"claude-x"}');
  });

  it('carries the features that the operator and the client turned on, and nothing that could forge a header', () => {
    const config = { betas: ['a-1', 7, 'b\r\nx: y'] };
    const clientHeaders = { 'anthropic-beta': 'b-2, a-1', 'anthropic-version': '2024-01-01' };
    expect(encode({ clientHeaders }, { config }).headers).toMatchObject({
      'anthropic-beta': 'a-1,b-2',
      'anthropic-version': '2024-01-01',
    });
    expect(encode({ clientHeaders: { 'anthropic-beta': 'a\r\nb' } }).headers).not.toHaveProperty(
      'anthropic-beta',
    );
  });

  it('counts tokens for nothing', () => {
    const count = { ...request, operation: 'count_tokens' } as const;
    const decoded = connection.decodeResponse(count, Buffer.from('{"input_tokens":12}'));
    expect(decoded).toMatchObject({ ok: true, facts: { usage: { inputTokens: 0 } } });
    expect(connection.decodeResponse(count, Buffer.from('{}'))).toMatchObject({ ok: false });
  });
});
