import fc from 'fast-check';
import { defaultBaseUrl, PROVIDERS } from '../src/provider-registry.ts';
import { connectSample, providerContract, stream } from '../src/provider.contract.ts';
import type { ClientRequest, ConnectionParts } from '../src/provider.ts';

const request: ClientRequest = {
  dialect: 'gemini-generate',
  operation: 'chat',
  body: Buffer.from('{"contents":[{"parts":[{"text":"hi"}]}]}'),
  stream: false,
  usageAsked: true,
  modelAsked: 'gemini-2.5-flash',
  outputCap: null,
};

const data = (value: unknown, end = '\r\n\r\n'): string => `data: ${JSON.stringify(value)}${end}`;
/** Text that looks like frames, in two and three bytes a character. */
const TEXTS = ['Hé', 'llo €😀', '\r\n\r\ndata: {}\r\n\r\n', '"finishReason": "STOP"', '[DONE]'];
const usageMetadata = {
  promptTokenCount: 100,
  cachedContentTokenCount: 40,
  candidatesTokenCount: 30,
  thoughtsTokenCount: 20,
  toolUsePromptTokenCount: 5,
  totalTokenCount: 155,
};
const candidate = (text: string, more: object = {}) => ({
  content: { parts: [{ text }], role: 'model' },
  index: 0,
  ...more,
});
const LAST = {
  candidates: [candidate('', { finishReason: 'STOP' })],
  usageMetadata,
  modelVersion: 'm',
};
const ANSWER = JSON.stringify({
  ...LAST,
  candidates: [candidate(TEXTS.join(''), { finishReason: 'STOP' })],
});

describe.each([
  ['CRLF', '\r\n\r\n'],
  ['LF', '\n\n'],
])('with %s', (_name, end) => {
  const events = [
    ...TEXTS.map((text) =>
      data({ candidates: [candidate(text)], usageMetadata: { promptTokenCount: 100 } }, end),
    ),
    data(LAST, end),
  ];
  const baseUrl = 'https://generativelanguage.googleapis.com';
  const sample = { provider: PROVIDERS.google, baseUrl, request, events, shown: events };
  providerContract('google', { ...sample, answer: ANSWER });

  const connection = connectSample({ ...sample, answer: ANSWER });
  const play = (text: string) =>
    stream(connection, { ...request, stream: true }, Buffer.from(text));

  it('counts what the last chunk says, with its parts in the totals', () => {
    expect(play(events.join('')).usage).toEqual({
      inputTokens: 105,
      cachedInputTokens: 40,
      cacheWriteTokens: 0,
      cacheWrite1hTokens: 0,
      inputAudioTokens: 0,
      outputTokens: 50,
      reasoningTokens: 20,
      outputAudioTokens: 0,
    });
  });

  it('lets what stands beside the content follow the finish reason', () => {
    const more = data({ candidates: [{ index: 0, groundingMetadata: {} }], usageMetadata }, end);
    const played = play(events.join('') + more);
    expect(played).toMatchObject({ phase: 'finished', tail: more });
    expect(played.given).toBe(events.join(''));
  });

  it('waits for all candidates', () => {
    const first = data(
      { candidates: [candidate('a', { finishReason: 'STOP' }), { ...candidate('b'), index: 1 }] },
      end,
    );
    expect(play(first)).toMatchObject({ phase: 'failed', code: 'provider.interrupted' });
    const second = data({ candidates: [{ finishReason: 'STOP', index: 1 }] }, end);
    expect(play(first + second)).toMatchObject({ phase: 'finished', given: first, tail: second });
  });

  it('relays a refused prompt as a whole answer', () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata };
    expect(play(data(blocked, end))).toMatchObject({ phase: 'finished', finishReason: 'SAFETY' });
    expect(connection.decodeResponse(request, Buffer.from(JSON.stringify(blocked)))).toMatchObject({
      ok: true,
      facts: { finishReason: 'SAFETY' },
    });
  });

  it.each([
    [{ error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } }, 'provider.overloaded'],
    [[{ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } }], 'provider.rate_limited'],
    [{ error: { status: 'INTERNAL' } }, 'provider.server_error'],
    [[1], 'provider.invalid_answer'],
    ['x', 'provider.invalid_answer'],
  ])('fails at %j inside a stream, with the usage so far', (event, code) => {
    const [first = ''] = events;
    expect(play(first + data(event, end) + events.at(-1))).toMatchObject({
      phase: 'failed',
      code,
      tail: '',
      usage: { inputTokens: 100 },
    });
  });

  it('throws at nothing that may come', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const parts = `{"content":{"parts":[${json}]},"finishReason":${json},"index":${json}}`;
        const text = `{"candidates":[${json},${parts}],"usageMetadata":${json},"promptFeedback":${json}}`;
        play(`data: ${text}\n\ndata: ${text}\n\n`);
        connection.decodeResponse(request, Buffer.from(text));
        connection.decodeResponse(request, Buffer.from(`{"error":${json}}`));
        const body = Buffer.from(`{"error":{"details":[${json}],"message":${json}}}`);
        connection.decodeFailure({ status: 400, headers: {}, body }, 0);
      }),
    );
  });
});

describe('a connection to Google', () => {
  const connect = (parts: Partial<ConnectionParts>) => {
    const config = parts.config ?? {};
    const baseUrl = parts.baseUrl ?? defaultBaseUrl('google', config) ?? '';
    return PROVIDERS.google.connect({ config, credential: 'key', ...parts, baseUrl });
  };
  const account = '{"type":"service_account"}';
  const vertex = { project: 'p-1', location: 'europe-west4' };

  it.each<[Partial<ConnectionParts>, string]>([
    [{}, 'https://generativelanguage.googleapis.com/v1beta/models/m:generateContent'],
    [{ baseUrl: 'https://x/v1/' }, 'https://x/v1/models/m:generateContent'],
    [
      { config: { vertex }, credential: account },
      'https://europe-west4-aiplatform.googleapis.com/v1/projects/p-1/locations/europe-west4/publishers/google/models/m:generateContent',
    ],
    [
      { config: { vertex: { project: 'p', location: 'global' } }, credential: null },
      'https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google/models/m:generateContent',
    ],
    [
      { config: { vertex: {} } },
      'https://aiplatform.googleapis.com/v1/publishers/google/models/m:generateContent',
    ],
  ])('%j asks at the right place', (parts, expected) => {
    const connected = connect(parts);
    if (!connected.ok) throw new Error(connected.failure.internal);
    const { value } = connected;
    const encoded = value.encodeRequest({ ...request, modelAsked: 'm' }, 'm');
    expect(encoded.ok && value.origin + encoded.value.path).toBe(expected);
    const streamed = value.encodeRequest({ ...request, stream: true }, 'm');
    expect(streamed.ok && streamed.value.path).toMatch(/:streamGenerateContent\?alt=sse$/);
  });

  it('signs with a service account or the machine, and sends a key as a header', () => {
    expect(connect({ config: { vertex }, credential: account })).toMatchObject({
      value: { signing: { kind: 'google', serviceAccount: account } },
    });
    expect(connect({ config: { vertex }, credential: null })).toMatchObject({
      value: { signing: { kind: 'google', serviceAccount: null } },
    });
    const keyed = connect({ config: { vertex } });
    expect(keyed).toMatchObject({ value: { signing: null } });
    const sent = keyed.ok ? keyed.value.encodeRequest(request, 'm') : keyed;
    expect(sent.ok && sent.value.headers.slice(-2)).toEqual(['x-goog-api-key', 'key']);
  });

  it.each<Partial<ConnectionParts>>([
    { credential: null },
    { credential: 'two\r\nlines' },
    { baseUrl: 'https://user:pass@x' },
    { config: { vertex: { project: 'p/../q' } } },
    { config: { vertex: { location: 'a.b' } }, baseUrl: 'https://x' },
    { config: { vertex: {} }, credential: account },
  ])('is refused when it is incomplete: %j', (parts) => {
    expect(connect(parts)).toMatchObject({
      ok: false,
      failure: { code: 'provider.misconfigured' },
    });
  });

  it.each([
    ['{"contents":[]}', null, 'm', '{"contents":[]}'],
    ['{"model":"models/x","contents":[]}', null, 'm', '{"contents":[]}'],
    ['{"contents":[]}', 5, 'm', '{"generationConfig":{"maxOutputTokens":5},"contents":[]}'],
    [
      '{"generation_config":{"top_k":1.0}}',
      5,
      'gemini-2.5-flash',
      '{"generation_config":{"maxOutputTokens":5,"top_k":1.0}}',
    ],
    [
      '{"generation_config":{"max_output_tokens":9}}',
      5,
      'm',
      '{"generation_config":{"max_output_tokens":9}}',
    ],
  ])('sends the bytes %s as they came but for the cap %s', (body, outputCap, model, expected) => {
    const connected = connect({});
    if (!connected.ok) throw new Error(connected.failure.internal);
    const asked = { ...request, body: Buffer.from(body), outputCap };
    const encoded = connected.value.encodeRequest(asked, model);
    expect(encoded.ok && Buffer.from(encoded.value.body).toString()).toBe(expected);
  });

  it.each([
    [
      400,
      {
        message: 'API key not valid.',
        details: [{ '@type': 'a.ErrorInfo', reason: 'API_KEY_INVALID' }],
      },
      'provider.rejected_credentials',
    ],
    [401, { status: 'UNAUTHENTICATED' }, 'provider.rejected_credentials'],
    [403, { status: 'PERMISSION_DENIED' }, 'provider.rejected_credentials'],
    [
      403,
      { details: [{ '@type': 'a.ErrorInfo', reason: 'BILLING_DISABLED' }] },
      'provider.credits_exhausted',
    ],
    [404, { status: 'NOT_FOUND', message: 'models/x is not found' }, 'provider.unknown_model'],
    [
      400,
      { message: 'The input token count (9) exceeds the maximum number of tokens allowed (8).' },
      'provider.context_too_long',
    ],
    [
      400,
      { status: 'INVALID_ARGUMENT', message: 'contents is not specified' },
      'provider.bad_request',
    ],
    [
      429,
      { message: 'You exceeded your current quota, please check your plan and billing details.' },
      'provider.rate_limited',
    ],
    [500, { status: 'INTERNAL' }, 'provider.server_error'],
    [503, { status: 'UNAVAILABLE', message: 'The model is overloaded.' }, 'provider.overloaded'],
    [504, { status: 'DEADLINE_EXCEEDED' }, 'provider.timeout'],
  ])('reads a %s with %j as %s', (status, error, code) => {
    const connected = connect({});
    const body = Buffer.from(JSON.stringify({ error }));
    const refused = connected.ok && connected.value.decodeFailure({ status, headers: {}, body }, 0);
    expect(refused).toMatchObject({ code });
  });

  it('says how long to wait, and no more of what Google said than a field and a status', () => {
    const connected = connect({});
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '48.5s' },
      { '@type': 'x/google.rpc.BadRequest', fieldViolations: [{ field: 'contents[0].parts' }] },
    ];
    const error = { message: 'prompt of the caller', status: 'INVALID_ARGUMENT', details };
    const refuse = (status: number) =>
      connected.ok &&
      connected.value.decodeFailure(
        { status, headers: {}, body: Buffer.from(JSON.stringify({ error })) },
        0,
      );
    expect(refuse(429)).toMatchObject({ retryAfterMs: 48_500 });
    expect(refuse(400)).toMatchObject({
      message:
        'The provider refused the request as not valid (invalid_argument: contents[0].parts).',
      param: 'contents[0].parts',
    });
  });

  it('lists the models of either API', () => {
    const connected = connect({});
    const list = connected.ok ? connected.value.modelList : null;
    expect(list?.path).toBe('/v1beta/models?pageSize=1000');
    expect(list?.decode(Buffer.from('{"models":[{"name":"models/a"},{"name":1},null]}'))).toEqual([
      'a',
    ]);
    const publisher = '{"publisherModels":[{"name":"publishers/google/models/b"}]}';
    expect(list?.decode(Buffer.from(publisher))).toEqual(['b']);
    for (const text of ['', '[]', '{"data":[]}'])
      expect(list?.decode(Buffer.from(text))).toBeUndefined();
  });
});
