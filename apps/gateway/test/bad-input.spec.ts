import { KEY } from './fake-messaging.ts';
import { openRaw, parseRaw } from './raw-http.ts';
import { ASK, type Rig, startRig, until } from './rig.ts';

const MODEL_TWICE = '{"model":"a","model":"b","messages":[{"role":"user","content":"x"}]}';
const LIMIT = 100_000;
const PATHS = ['/v1/chat/completions', '/v1/chat'];

/** The code and the field at fault, wherever the dialect has them. */
function told(
  path: string,
  body: Record<string, unknown>,
): { code: unknown; param: unknown; message: unknown } {
  const error = path === '/v1/chat' ? body : (body['error'] as Record<string, unknown>);
  return { code: error['code'], param: error['param'] ?? null, message: error['message'] };
}

describe('bad input', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig({
      TOLLGATE_BODY_LIMIT: LIMIT,
      TOLLGATE_BODY_STALL_MS: 200,
      TOLLGATE_HEADERS_TIMEOUT_MS: 500,
      TOLLGATE_REQUEST_TIMEOUT_MS: 1_500,
    });
    await (await rig.post(PATHS[0] ?? '', ASK)).text();
  });
  afterAll(() => rig.stop());
  /** Whatever was sent, others are served. */
  afterEach(async () => {
    expect((await rig.post('/v1/chat/completions', ASK)).status).toBe(200);
  });

  const bodies: [string, string | Uint8Array, number, string, string | null][] = [
    ['nothing', '', 400, 'validation_error', null],
    ['malformed JSON', '{"messages":[}', 400, 'validation_error', null],
    ['an array', '[]', 400, 'validation_error', null],
    [
      '100,000 levels',
      `{"messages":${'['.repeat(49_000)}${']'.repeat(49_000)}}`,
      400,
      'validation_error',
      null,
    ],
    ['100,000 levels that never end', `{"a":${'['.repeat(99_000)}`, 400, 'validation_error', null],
    [
      '__proto__',
      '{"messages":[{"role":"user","content":"x","__proto__":{"a":1}}]}',
      400,
      'validation_error',
      '__proto__',
    ],
    [
      'invalid UTF-8',
      Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
      400,
      'validation_error',
      null,
    ],
    ['no messages', '{}', 400, 'validation_error', 'messages'],
    [
      'a wrong stream',
      JSON.stringify({ ...ASK, stream: 'yes' }),
      400,
      'validation_error',
      'stream',
    ],
    [
      'a body over the limit',
      JSON.stringify({ ...ASK, user: 'x'.repeat(LIMIT) }),
      413,
      'request_too_large',
      null,
    ],
  ];
  for (const path of PATHS) {
    it.each(bodies)(
      `guarantees that %s is refused on ${path} within 100 ms`,
      async (_name, body, status, code, param) => {
        const started = performance.now();
        const response = await rig.post(path, body);
        const told_ = told(path, (await response.json()) as Record<string, unknown>);
        expect(performance.now() - started).toBeLessThan(100);
        expect(response.status).toBe(status);
        expect(told_).toMatchObject({ code, param });
        expect(response.headers.get('x-tollgate-request-id')).toMatch(/^req_/);
      },
    );
  }

  it('guarantees that two models are refused by name', async () => {
    const response = await rig.post('/v1/chat/completions', MODEL_TWICE);
    expect(response.status).toBe(400);
    expect(told('', (await response.json()) as never)).toMatchObject({ param: 'model' });
  });

  it.each(['model', 'provider', 'route', 'policy', 'foo'])(
    'guarantees that /v1/chat refuses %s by name',
    async (field) => {
      const response = await rig.post('/v1/chat', { ...ASK, [field]: 'x' });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        error: 'field_not_allowed',
        code: 'field_not_allowed',
        param: field,
        message: expect.stringContaining(`"${field}"`),
        request_id: expect.stringMatching(/^req_/),
      });
    },
  );

  it.each([
    [{ 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    [{ 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    [{ 'x-tollgate-metadata': '{"a":1}' }, 400, 'validation_error'],
    [{ 'x-tollgate-metadata': 'nonsense' }, 400, 'validation_error'],
    [{ 'x-api-key': 'tg_live_another0000000000' }, 400, 'validation_error'],
    [{ authorization: 'Basic abc' }, 401, 'invalid_api_key'],
    [{ authorization: 'Bearer sk-nonsense' }, 401, 'invalid_api_key'],
    [{ authorization: 'Bearer tg_live_unknown0000000000' }, 401, 'invalid_api_key'],
  ])('guarantees that the headers %j answer %d', async (headers, status, code) => {
    const response = await rig.post('/v1/chat/completions', ASK, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it('guarantees that a compliant request without a key is told so', async () => {
    const response = await fetch(`${rig.url}/v1/chat`, {
      method: 'POST',
      body: JSON.stringify(ASK),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({ error: 'missing_api_key' });
  });

  const post = (headers: string, body = '') =>
    `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
  const auth = `authorization: Bearer ${KEY}\r\ncontent-type: application/json\r\n`;

  it('guarantees that two Authorization headers are refused', async () => {
    const raw = await openRaw(
      rig.url,
      post(`${auth}authorization: Bearer ${KEY}\r\n`, JSON.stringify(ASK)),
    );
    const { status, body } = parseRaw(await raw.closed);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: { code: 'validation_error', message: expect.stringContaining('two Authorization') },
    });
  });

  it.each([
    [110, 400],
    [300, 431],
  ])('guarantees that %d more headers are refused: %d', async (count, status) => {
    const raw = await openRaw(
      rig.url,
      post(`${auth}${'a: b\r\n'.repeat(count)}`, JSON.stringify(ASK)),
    );
    expect(parseRaw(await raw.closed)).toMatchObject({
      status,
      body: { error: { code: 'validation_error' } },
    });
  });

  it.each([
    ['GARBAGE\r\n\r\n', 400],
    [`GET /v1/models HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    [
      `POST /v1/chat HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`,
      400,
    ],
    ['GET /v1/models/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
  ])('guarantees a clean answer to %.30j', async (text, status) => {
    const raw = await openRaw(rig.url, text);
    const answer = parseRaw(await raw.closed);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { code: 'validation_error' } });
  });

  it('guarantees that a body that stalls is answered with 408 in its dialect', async () => {
    const raw = await openRaw(
      rig.url,
      `POST /v1/chat HTTP/1.1\r\nhost: x\r\n${auth}content-length: 50\r\n\r\n{"mess`,
    );
    await until(() => raw.received().includes('request_timeout'), 'the answer');
    expect(parseRaw(raw.received())).toMatchObject({
      status: 408,
      body: { error: 'request_timeout' },
    });
    raw.socket.destroy();
  });

  it('guarantees that header lines that never end are answered with 408', async () => {
    const raw = await openRaw(rig.url, 'POST /v1/chat HTTP/1.1\r\nhost: x\r\n');
    expect(parseRaw(await raw.closed).status).toBe(408);
  });

  it('guarantees that a chunked body over the limit is refused before it ends', async () => {
    const chunk = `2710\r\n${'x'.repeat(10_000)}\r\n`;
    const raw = await openRaw(
      rig.url,
      `POST /v1/chat HTTP/1.1\r\nhost: x\r\n${auth}transfer-encoding: chunked\r\n\r\n${chunk.repeat(11)}`,
    );
    await until(() => raw.received().includes('request_too_large'), 'the answer');
    raw.socket.destroy();
  });

  it.each([
    ['HEAD', '/v1/chat/completions', 405],
    ['GET', '/v1/chat/completions', 405],
    ['POST', '/v1/chat/completions/', 404],
    ['POST', '/V1/chat/completions', 404],
    ['POST', '//v1/chat/completions', 404],
    ['POST', '/v1/unknown', 404],
    ['HEAD', '/v1/models', 405],
    ['OPTIONS', '/v1/chat', 405],
    ['POST', '/v1/models', 405],
    ['GET', '/', 404],
  ])('guarantees that %s %s does not get past the key: %d', async (method, path, status) => {
    const calls = rig.fake.calls.length;
    const body = method === 'POST' ? '{"not":"json' : undefined;
    const response = await fetch(`${rig.url}${path}`, { method, ...(body ? { body } : {}) });
    expect(response.status).toBe(status);
    if (status === 405)
      expect(response.headers.get('allow')).toBe(path.startsWith('/v1/models') ? 'GET' : 'POST');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(rig.fake.calls.length).toBe(calls);
  });

  it('guarantees that refusals under a known key are recorded, and those of nobody are not', async () => {
    const before = rig.fake.records.length;
    await rig.post('/v1/chat', { ...ASK, foo: 1 }, { 'x-tollgate-metadata': '{"team":"a"}' });
    await rig.post('/v1/chat', ASK, { authorization: 'Bearer tg_live_unknown0000000000' });
    expect(rig.fake.records.slice(before)).toMatchObject([
      {
        keyId: 'key_1',
        outcome: 'refused',
        status: 400,
        code: 'field_not_allowed',
        dialect: 'tollgate-chat',
        recordedBy: 'gateway',
        usageSource: 'none',
        costPicoUsd: '0',
        draw: null,
        metadata: { team: 'a' },
      },
    ]);
  });
});
