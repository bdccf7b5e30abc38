import { failure } from '@tollgate/contracts';
import { ENDPOINTS, MODEL_METHODS } from '../src/adapters/http/endpoints.ts';
import { HEAD, KEY, policy } from './fake-messaging.ts';
import { type Rig, startRig } from './rig.ts';

const LIMIT = 100_000;
const MESSAGES = [{ role: 'user', content: 'hi' }];
const PICTURE = [
  {
    role: 'user',
    content: [{ type: 'image_url', image_url: { url: 'https://a.example/cat.png' } }],
  },
];
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
const EMBED = { content: { parts: [{ text: 'hi' }] } };
const TYPE = 'multipart/form-data; boundary=xyz';
const FORM = [
  '--xyz\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n',
  '--xyz\r\ncontent-disposition: form-data; name="file"; filename="a.wav"\r\n\r\n\0\xff\r\n--xyz--\r\n',
].join('');

const EDIT = [
  '--xyz\r\ncontent-disposition: form-data; name="model"\r\n\r\ngpt-image-1\r\n',
  '--xyz\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na hat\r\n',
  '--xyz\r\ncontent-disposition: form-data; name="image[]"; filename="a.png"\r\n\r\n\0\xff\r\n--xyz--\r\n',
].join('');

interface Sample {
  readonly dialect: string;
  readonly body: unknown;
  readonly contentType?: string;
  /** Missing where the route decides. */
  readonly modelAsked?: string;
}

/** A good request to each endpoint. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  '/v1/chat': { dialect: 'tollgate-chat', body: { messages: MESSAGES } },
  '/v1/complete': { dialect: 'tollgate-complete', body: { prompt: 'hi' } },
  '/v1/vision': { dialect: 'tollgate-vision', body: { messages: PICTURE } },
  '/v1/image': { dialect: 'tollgate-image', body: { prompt: 'a cat' } },
  '/v1/chat/completions': openai('openai-chat', { messages: MESSAGES }),
  '/v1/completions': openai('openai-completions', { prompt: 'hi' }),
  '/v1/responses': openai('openai-responses', { input: 'hi' }),
  '/v1/embeddings': openai('openai-embeddings', { input: 'hi' }),
  '/v1/images/generations': openai('openai-images', { prompt: 'a cat' }),
  '/v1/images/edits': {
    dialect: 'openai-image-edits',
    body: Buffer.from(EDIT, 'latin1'),
    contentType: TYPE,
    modelAsked: 'gpt-image-1',
  },
  '/v1/audio/speech': openai('openai-speech', { input: 'hi', voice: 'alloy' }),
  '/v1/audio/transcriptions': {
    dialect: 'openai-transcription',
    body: Buffer.from(FORM, 'latin1'),
    contentType: TYPE,
    modelAsked: 'whisper-1',
  },
  '/v1/audio/translations': {
    dialect: 'openai-translation',
    body: Buffer.from(FORM, 'latin1'),
    contentType: TYPE,
    modelAsked: 'whisper-1',
  },
  '/v1/moderations': openai('openai-moderation', { input: 'hi' }),
  '/v1/messages': openai('anthropic-messages', { messages: MESSAGES, max_tokens: 5 }),
  '/v1/messages/count_tokens': openai('anthropic-count-tokens', { messages: MESSAGES }),
  '/v1beta/models/m-1:generateContent': google('gemini-generate', CONTENTS),
  '/v1beta/models/m-1:streamGenerateContent': google('gemini-generate', CONTENTS),
  '/v1beta/models/m-1:embedContent': google('gemini-embed', EMBED),
  '/v1beta/models/m-1:batchEmbedContents': google('gemini-embed', {
    requests: [{ model: 'models/m-1', ...EMBED }],
  }),
};

function openai(dialect: string, body: Record<string, unknown>): Sample {
  return { dialect, body: { model: 'm-1', ...body }, modelAsked: 'm-1' };
}

function google(dialect: string, body: unknown): Sample {
  return { dialect, body, modelAsked: 'm-1' };
}

const paths = Object.keys(SAMPLES);

/** What each family of clients looks for in a failure. */
function told(path: string, body: unknown): { message: unknown; requestId: unknown } {
  const shape = body as {
    message?: unknown;
    request_id?: unknown;
    error?: { message?: unknown; request_id?: unknown; code?: unknown; details?: unknown };
  };
  if (/^\/v1\/(chat|complete|vision|image)$/.test(path))
    return { message: shape.message, requestId: shape.request_id };
  if (path.startsWith('/v1beta')) {
    expect(shape.error).toMatchObject({ code: expect.any(Number), status: expect.any(String) });
    const text = JSON.stringify(shape.error?.details);
    return { message: shape.error?.message, requestId: /req_\w+/.exec(text)?.[0] };
  }
  if (path.startsWith('/v1/messages')) {
    expect(shape).toMatchObject({ type: 'error', error: { type: expect.any(String) } });
    return { message: shape.error?.message, requestId: shape.request_id };
  }
  return { message: shape.error?.message, requestId: shape.error?.request_id };
}

describe('every endpoint', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig({ TOLLGATE_BODY_LIMIT: LIMIT });
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    rig.fake.calls.length = 0;
    rig.fake.onCall = ({ listener }) => {
      listener.onHead({ ...HEAD, contentType: 'audio/mpeg' });
      listener.onData(Buffer.from([0, 255, 10]));
      listener.onEnd({ recorded: true });
    };
  });

  const send = (path: string, body: unknown, contentType = 'application/json') =>
    rig.post(path, body, { 'content-type': contentType });
  const good = (path: string) => send(path, SAMPLES[path]?.body, SAMPLES[path]?.contentType);

  async function refused(path: string, response: Response, status: number): Promise<void> {
    expect({ path, status: response.status }).toEqual({ path, status });
    expect(response.headers.get('content-type')).toBe('application/json');
    const { message, requestId } = told(path, await response.json());
    expect(message).toEqual(expect.stringMatching(/^[A-Z"].{5,300}$/));
    expect(requestId).toBe(response.headers.get('x-tollgate-request-id'));
  }

  it('guarantees that the table here is the table that is served', () => {
    const served = [...ENDPOINTS, ...MODEL_METHODS].map(({ path }) =>
      path.replace('{model}', 'm-1'),
    );
    expect(paths).toEqual(served);
    console.info(`${paths.length} endpoints`);
  });

  it.each(paths)('guarantees that %s reaches the adapter with its own bytes', async (path) => {
    const response = await good(path);
    expect(response.status).toBe(200);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (!path.endsWith('streamGenerateContent')) {
      expect(response.headers.get('content-type')).toBe('audio/mpeg');
      expect([...bytes]).toEqual([0, 255, 10]);
    }
    const [call] = rig.fake.calls;
    const { dialect, body, modelAsked = null, contentType } = SAMPLES[path] ?? {};
    expect(call?.header).toMatchObject({ dialect, modelAsked });
    const sent = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    expect(Buffer.from(call?.body ?? []).equals(sent)).toBe(true);
    if (contentType) expect(call?.header.clientHeaders).toEqual({ 'content-type': contentType });
  });

  it.each(paths)('guarantees that %s refuses what is wrong in the client’s shape', async (path) => {
    const { contentType } = SAMPLES[path] ?? {};
    const bodies: [unknown, number][] = [
      ['', 400],
      ['{"messages":[}', 400],
      ['[]', 400],
      ['null', 400],
      [`{"a":${'['.repeat(49_000)}${']'.repeat(49_000)}}`, 400],
      [Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400],
      ['{"model":"a","model":"b","messages":1,"messages":2}', 400],
      ['{"__proto__":{"model":"x"}}', 400],
      [{ model: 'm-1', messages: 5, input: {}, contents: 'x', content: 5, prompt: 5 }, 400],
      ['x'.repeat(LIMIT + 1), 413],
    ];
    const startedAt = performance.now();
    for (const [body, status] of bodies)
      await refused(path, await send(path, body, contentType), status);
    expect((performance.now() - startedAt) / bodies.length).toBeLessThan(100);
    await refused(path, await send(path, SAMPLES[path]?.body, 'text/plain'), 415);
    expect(rig.fake.calls).toHaveLength(0);
  });

  it.each(paths)('guarantees that %s needs a key, and a method of its own', async (path) => {
    const url = `${rig.url}${path}`;
    const headers = { 'content-type': 'application/json' };
    await refused(path, await fetch(url, { method: 'POST', headers, body: '{}' }), 401);
    for (const name of ['x-api-key', 'x-goog-api-key']) {
      const wrong = { ...headers, [name]: 'sk-wrong' };
      await refused(path, await fetch(url, { method: 'POST', headers: wrong, body: '{}' }), 401);
    }
    const put = await fetch(url, { method: 'PUT', headers: { authorization: `Bearer ${KEY}` } });
    await refused(path, put, 405);
    expect(put.headers.get('allow')).toBe('POST');
  });

  it.each(paths)('guarantees that %s tells a failure of the call', async (path) => {
    rig.fake.onCall = ({ listener }) => listener.onFailure(failure('routing.exhausted'));
    const response = await good(path);
    expect(response.headers.get('retry-after')).toBe('1');
    await refused(path, response, 503);
  });

  it.each([
    '/v1/chat/nothing',
    '/v1/image/',
    '/v1/complete/x',
    '/v1/completions/x',
    '/v1/messages/batches',
    '/v1beta/files',
    '/v1beta/models/m-1:dance',
    '/v1/audio',
    '/nothing',
  ])('guarantees 404 for %s in the shape of who asks there', async (path) => {
    const response = await send(path, {});
    expect(response.status).toBe(404);
    const shown = /^\/v1\/(chat|image|complete)\//.test(path) ? '/v1/chat' : path;
    expect(told(shown, await response.json()).message).toBe('There is no such endpoint.');
  });

  it.each(paths.filter((path) => SAMPLES[path]?.modelAsked === 'm-1'))(
    'guarantees that %s takes a route’s name and a provider’s model for its model',
    async (path) => {
      rig.fake.setPolicy(KEY, policy({ routesByName: { smart: 'rte_2' } }));
      const asked = [
        ['smart', 'rte_2', null],
        ['openai/gpt-4o', 'rte_1', 'openai/gpt-4o'],
        ['ollama/llama3:8b', 'rte_1', 'ollama/llama3:8b'],
      ] as const;
      for (const [model, routeId, modelAsked] of asked) {
        rig.fake.planRequests.length = 0;
        rig.fake.changeConfig(null);
        const { body } = SAMPLES[path] ?? {};
        const named = path.startsWith('/v1beta') ? body : { ...(body as object), model };
        expect((await send(path.replace('m-1', model), named)).status).toBe(200);
        expect(rig.fake.planRequests).toMatchObject([{ routeId, profileClass: { modelAsked } }]);
      }
    },
  );

  it('guarantees that dropped fields are named in a header', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead({ ...HEAD, droppedParams: ['seed', 'tools[].x\r\ny: 1'] });
      listener.onEnd({ recorded: true });
    };
    const response = await good('/v1/messages');
    expect(response.headers.get('x-tollgate-dropped-params')).toBe('seed,tools[].x__y__1');
    expect(response.headers.get('y')).toBeNull();
  });

  it('guarantees that a caller may ask for more care, and not for less', async () => {
    const path = '/v1/messages';
    const ask = (policy: string) =>
      rig.post(path, SAMPLES[path]?.body, { 'x-tollgate-loss-policy': policy });
    expect((await ask('strict')).status).toBe(200);
    expect(rig.fake.calls[0]?.header.lossPolicy).toBe('strict');
    await refused(path, await ask('lenient'), 400);
  });
});
