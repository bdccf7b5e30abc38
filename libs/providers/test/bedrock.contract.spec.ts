import { chatWireContract, readWire } from '../src/chat-wire.contract.ts';
import { bedrock } from '../src/bedrock/bedrock.provider.ts';
import { EMPTY_CONVERSATION, wireRequest } from './support/read-wire.ts';
import { eventFrame } from './support/event-frame.ts';

const connected = bedrock.connect({
  baseUrl: 'https://bedrock-runtime.eu-west-1.amazonaws.com',
  config: {},
  credential: 'bedrock-key-canary',
});
if (!connected.ok || !connected.value.chat) throw new Error('Bedrock does not connect');
const connection = connected.value;
const wire = connected.value.chat;
const request = wireRequest('us.anthropic.claude-sonnet-4-5-20250929-v1:0', {
  conversation: { ...EMPTY_CONVERSATION, stop: ['END'] },
});

const delta = (contentBlockIndex: number, inner: unknown): Buffer =>
  eventFrame('contentBlockDelta', { contentBlockIndex, delta: inner, p: 'abc' });
const start = (contentBlockIndex: number, inner: unknown): Buffer =>
  eventFrame('contentBlockStart', { contentBlockIndex, start: inner });
const stop = (contentBlockIndex: number): Buffer =>
  eventFrame('contentBlockStop', { contentBlockIndex });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Text that looks like frames, in two and three bytes a character. */
const TEXTS = ['Hé', 'llo €😀', '\n\ndata: [DONE]\n\n', '{"stopReason":"end_turn"}'];
const CITATION = {
  title: 'doc',
  sourceContent: [{ text: 'quoted' }],
  location: { documentChar: { documentIndex: 0, start: 1, end: 2 } },
};
const USAGE = {
  inputTokens: 10,
  outputTokens: 5,
  totalTokens: 1_015,
  cacheReadInputTokens: 700,
  cacheWriteInputTokens: 300,
  cacheDetails: [
    { ttl: '5m', inputTokens: 100 },
    { ttl: '1h', inputTokens: 200 },
  ],
};

chatWireContract('Bedrock', {
  wire,
  request,
  frameOf: (json) => eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: json }),
  frames: [
    eventFrame('messageStart', { role: 'assistant' }),
    delta(0, { reasoningContent: { text: 'think' } }),
    delta(0, { reasoningContent: { text: 'ing' } }),
    delta(0, { reasoningContent: { signature: 'sig==' } }),
    stop(0),
    delta(1, { reasoningContent: { redactedContent: base64('red') } }),
    delta(1, { reasoningContent: { redactedContent: base64('acted') } }),
    stop(1),
    ...TEXTS.map((text) => delta(2, { text })),
    stop(2),
    delta(3, { text: 'cited' }),
    delta(3, { citation: CITATION }),
    stop(3),
    start(4, { toolUse: { toolUseId: 't1', name: 'f' } }),
    delta(4, { toolUse: { input: '{"a":' } }),
    delta(4, { toolUse: { input: '[1,"é"]}' } }),
    stop(4),
    start(5, { toolUse: { toolUseId: 't2', name: 'g' } }),
    stop(5),
    start(6, { toolUse: { toolUseId: 't3', name: 'search', type: 'server_tool_use' } }),
    delta(6, { toolUse: { input: '{"q":1}' } }),
    stop(6),
    start(7, { toolResult: { toolUseId: 't3', type: 'search_result', status: 'success' } }),
    delta(7, { toolResult: [{ text: 'found' }] }),
    stop(7),
    start(8, { image: { format: 'png' } }),
    delta(8, { image: { source: { bytes: base64('png-') } } }),
    delta(8, { image: { source: { bytes: base64('bytes') } } }),
    stop(8),
    eventFrame('surprise', { anything: [1] }),
    eventFrame('messageStop', { stopReason: 'stop_sequence' }),
    eventFrame('metadata', { usage: USAGE, metrics: { latencyMs: 1 } }),
  ],
  answer: Buffer.from(
    JSON.stringify({
      output: {
        message: {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'thinking', signature: 'sig==' } } },
            { reasoningContent: { redactedContent: base64('redacted') } },
            { text: TEXTS.join('') },
            { citationsContent: { content: [{ text: 'cited' }], citations: [CITATION] } },
            { toolUse: { toolUseId: 't1', name: 'f', input: { a: [1, 'é'] } } },
            { toolUse: { toolUseId: 't2', name: 'g', input: {} } },
            {
              toolUse: {
                toolUseId: 't3',
                name: 'search',
                type: 'server_tool_use',
                input: { q: 1 },
              },
            },
            {
              toolResult: {
                toolUseId: 't3',
                type: 'search_result',
                status: 'success',
                content: [{ text: 'found' }],
              },
            },
            { image: { format: 'png', source: { bytes: base64('png-bytes') } } },
          ],
        },
      },
      stopReason: 'stop_sequence',
      usage: USAGE,
      surprise: [1],
    }),
  ),
});

const begun = [
  eventFrame('messageStart', { role: 'assistant' }),
  delta(0, { text: 'so far' }),
] as const;

describe('an answer of Bedrock', () => {
  it('counts what was cached as part of the input', () => {
    const bytes = Buffer.concat([
      ...begun,
      eventFrame('messageStop', { stopReason: 'end_turn' }),
      eventFrame('metadata', { usage: USAGE }),
    ]);
    expect(readWire({ wire, request }, bytes).usage).toMatchObject({
      inputTokens: 1_010,
      cachedInputTokens: 700,
      cacheWriteTokens: 300,
      cacheWrite1hTokens: 200,
      outputTokens: 5,
    });
  });

  it.each([
    ['end_turn', 'stop'],
    ['tool_use', 'tool_calls'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['stop_sequence', 'stop_sequence'],
    ['guardrail_intervened', 'content_filter'],
    ['content_filtered', 'content_filter'],
    ['malformed_tool_use', 'other'],
    ['constructor', 'other'],
  ])('that stopped by %s finished by %s', (stopReason, reason) => {
    const message = { role: 'assistant', content: [{ text: 'x' }] };
    const body = Buffer.from(JSON.stringify({ output: { message }, stopReason }));
    const decoded = wire.decodeAnswer(body, request);
    expect(decoded).toMatchObject({
      ok: true,
      answer: { choices: [{ finish: { reason, raw: stopReason } }], usage: null },
    });
    if (reason === 'stop_sequence')
      expect(decoded).toMatchObject({ answer: { choices: [{ finish: { stopSequence: 'END' } }] } });
  });

  it('that says nothing yet leaves the way open to another provider', () => {
    const events: unknown[] = [];
    const reader = wire.streamReader(request, (event) => events.push(event));
    reader.push(begun[0]);
    expect([reader.phase, events]).toEqual(['waiting', []]);
    reader.push(begun[1]);
    expect(reader.phase).toBe('open');
  });

  it.each([
    ['throttlingException', 'slow down', 'provider.rate_limited'],
    ['serviceUnavailableException', 'x', 'provider.overloaded'],
    ['internalServerException', 'x', 'provider.server_error'],
    ['modelStreamErrorException', 'x', 'provider.server_error'],
    ['modelTimeoutException', 'x', 'provider.timeout'],
    ['validationException', 'x', 'provider.bad_request'],
    ['validationException', 'Input is too long for requested model.', 'provider.context_too_long'],
  ])('that ends with %s (%s) fails as %s', (type, message, code) => {
    const headers = { ':message-type': 'exception', ':exception-type': type };
    const bytes = Buffer.concat([...begun, eventFrame('', { message }, headers), ...begun]);
    for (const size of [1, 997])
      expect(readWire({ wire, request }, bytes, [size])).toMatchObject({ phase: 'failed', code });
  });

  it('that ends with an error frame fails', () => {
    const headers = { ':message-type': 'error', ':error-code': 'InternalFailure' };
    const bytes = Buffer.concat([...begun, eventFrame('', {}, headers)]);
    expect(readWire({ wire, request }, bytes).code).toBe('provider.server_error');
  });

  it('that is no event stream is refused, whatever length it claims', () => {
    const huge = Buffer.alloc(16);
    huge.writeUInt32BE(0xffff_ffff);
    const frame = begun[0];
    const broken = Buffer.from(frame);
    broken.writeUInt8(broken.readUInt8(20) ^ 1, 20);
    const noJson = eventFrame('contentBlockDelta', 'text');
    for (const bytes of [Buffer.from('data: {"a":1}\n\n'), huge, broken, noJson])
      for (const size of [1, 997])
        expect(readWire({ wire, request }, bytes, [size]).code).toBe('provider.invalid_answer');
  });

  it.each(['', '[]', '{}', '{"output":{"message":{"content":[]}}}', `{"a":${'['.repeat(400_000)}`])(
    'that is none fails: %.40s',
    (text) => {
      const decoded = wire.decodeAnswer(Buffer.from(text), request);
      expect(decoded).toMatchObject({ ok: false, failure: { code: 'provider.invalid_answer' } });
    },
  );
});

describe('a refusal of Bedrock', () => {
  const coral = 'http://internal.amazon.com/coral/com.amazon.bedrock/';

  it.each([
    [403, 'AccessDeniedException', 'User is not authorized', 'rejected_credentials'],
    [
      403,
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
      'unknown_model',
    ],
    [403, 'UnrecognizedClientException', 'The security token is invalid.', 'rejected_credentials'],
    [403, 'ExpiredTokenException', 'x', 'rejected_credentials'],
    [403, 'InvalidSignatureException', 'x', 'rejected_credentials'],
    [429, 'ThrottlingException', 'Too many tokens, please wait', 'rate_limited'],
    [400, 'ServiceQuotaExceededException', 'x', 'rate_limited'],
    [408, 'ModelTimeoutException', 'x', 'timeout'],
    [424, 'ModelErrorException', 'x', 'server_error'],
    [429, 'ModelNotReadyException', 'x', 'overloaded'],
    [503, 'ServiceUnavailableException', 'x', 'overloaded'],
    [500, 'InternalServerException', 'x', 'server_error'],
    [404, 'ResourceNotFoundException', 'x', 'unknown_model'],
    [400, 'ValidationException', 'The provided model identifier is invalid.', 'unknown_model'],
    [400, 'ValidationException', 'prompt is too long: 9 tokens > 5 maximum', 'context_too_long'],
    [400, 'ValidationException', 'messages.0 is odd', 'bad_request'],
    [400, '', 'x', 'bad_request'],
    [403, '', 'x', 'rejected_credentials'],
    [502, '', 'x', 'server_error'],
    [302, '', 'x', 'misconfigured'],
  ])('with %i %s "%s" is %s', (status, type, message, code) => {
    const headers = type === '' ? {} : { 'x-amzn-errortype': `${type}:${coral}` };
    const body = Buffer.from(JSON.stringify({ message }));
    const failure = connection.decodeFailure({ status, headers, body }, 0);
    expect(failure.code).toBe(`provider.${code}`);
    expect(failure.message).not.toContain(message);
  });

  it('names the error in the body where no header does, and never shows the key', () => {
    const body = Buffer.from(
      '{"__type":"com.amazon.coral#ThrottlingException","Message":"bedrock-key-canary"}',
    );
    const failure = connection.decodeFailure(
      { status: 400, headers: { 'retry-after': '2' }, body },
      0,
    );
    expect(failure).toMatchObject({ code: 'provider.rate_limited', retryAfterMs: 2_000 });
    expect(JSON.stringify(failure)).not.toContain('canary');
  });
});
