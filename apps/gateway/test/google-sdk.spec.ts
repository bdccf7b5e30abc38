import { ApiError, type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import { failure } from '@tollgate/contracts';
// Within Jest's globals the SDK finds no dispatcher of Node's own.
import 'undici';
import { answerInDialect } from './fake-adapter.ts';
import { HEAD, KEY } from './fake-messaging.ts';
import { type Rig, startRig, until } from './rig.ts';

const MODEL = 'gemini-2.5-flash';
const ASK = { model: MODEL, contents: 'hi' };
const BODY = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
const STREAM = `/v1beta/models/${MODEL}:streamGenerateContent`;
const STREAM_HEAD = { ...HEAD, contentType: 'text/event-stream', costUsd: null };
const CHUNK = `data: ${JSON.stringify({ candidates: [{ content: { role: 'model', parts: [{ text: 'a' }] } }] })}\r\n\r\n`;

/** Without the warning that the SDK's own `text` prints beside tool calls. */
function textOf({ candidates }: GenerateContentResponse): string {
  const parts = candidates?.[0]?.content?.parts ?? [];
  return parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join('');
}

describe('the @google/genai package', () => {
  let rig: Rig;
  let client: GoogleGenAI;
  const clientOf = (apiKey: string) =>
    new GoogleGenAI({ apiKey, httpOptions: { baseUrl: rig.url } });
  beforeAll(async () => {
    rig = await startRig({ TOLLGATE_HEARTBEAT_MS: 50 });
    client = clientOf(KEY);
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    rig.fake.onCall = answerInDialect();
    rig.fake.calls.length = 0;
  });

  it('guarantees a generation, whole and streamed, with the same content', async () => {
    const whole = await client.models.generateContent(ASK);
    expect(textOf(whole)).toBe('It is sunny in Bern.');
    expect(whole.functionCalls).toMatchObject([{ name: 'weather', args: { city: 'Bern' } }]);
    let text = '';
    const calls: unknown[] = [];
    let tokens: number | undefined;
    for await (const chunk of await client.models.generateContentStream(ASK)) {
      text += textOf(chunk);
      calls.push(...(chunk.functionCalls ?? []));
      tokens = chunk.usageMetadata?.promptTokenCount ?? tokens;
    }
    expect([text, tokens]).toEqual([textOf(whole), 12]);
    expect(calls).toEqual(whole.functionCalls);
    expect(rig.fake.calls.map(({ header }) => header)).toMatchObject([
      { stream: false, modelAsked: MODEL, target: `${MODEL}:generateContent` },
      { stream: true, modelAsked: MODEL, target: `${MODEL}:streamGenerateContent` },
    ]);
  });

  it('guarantees models whose names have slashes and colons', async () => {
    for (const model of ['anthropic/claude', 'ollama/llama3:8b', 'smart route']) {
      const url = `/v1/models/${encodeURIComponent(model)}:generateContent`;
      expect((await rig.post(url, BODY)).status).toBe(200);
      expect(rig.fake.calls.at(-1)?.header.modelAsked).toBe(model);
    }
    await client.models.generateContent({ ...ASK, model: 'models/openai/gpt-4o' });
    expect(rig.fake.calls.at(-1)?.header.modelAsked).toBe('openai/gpt-4o');
  });

  it('guarantees the key in the query, and no other with it', async () => {
    const post = (key: string, headers: Record<string, string> = {}) =>
      fetch(`${rig.url}/v1beta/models/${MODEL}:generateContent?key=${key}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(BODY),
      });
    expect((await post(KEY)).status).toBe(200);
    expect((await post(KEY, { 'x-goog-api-key': KEY })).status).toBe(200);
    expect((await post(`${KEY}x`, { 'x-goog-api-key': KEY })).status).toBe(400);
    expect((await post('wrong')).status).toBe(401);
    expect((await post(`${KEY}&key=${KEY}x`)).status).toBe(400);
    const elsewhere = await fetch(`${rig.url}/v1/chat/completions?key=${KEY}`, { method: 'POST' });
    expect(elsewhere.status).toBe(401);
    const { calls, records } = rig.fake;
    const told = JSON.stringify([calls.map(({ header, context }) => [header, context]), records]);
    expect(told.length).toBeGreaterThan(1_000);
    expect(told).not.toContain(KEY);
  });

  it('guarantees a JSON array without alt=sse, however the bytes are cut', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      for (const byte of Buffer.from(CHUNK + CHUNK)) listener.onData(Buffer.of(byte));
      listener.onEnd({ recorded: true });
    };
    const response = await rig.post(STREAM, BODY);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const parsed = (await response.json()) as unknown[];
    expect(parsed).toEqual([JSON.parse(CHUNK.slice(6)), JSON.parse(CHUNK.slice(6))]);
  });

  it('guarantees that a failure inside is told in either framing', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      listener.onData(Buffer.from(CHUNK));
      listener.onFailure(failure('provider.interrupted'));
    };
    const array = (await (await rig.post(STREAM, BODY)).json()) as unknown[];
    expect(array).toHaveLength(2);
    expect(array[1]).toMatchObject({ error: { code: 502 } });
    const read = async () => {
      for await (const chunk of await client.models.generateContentStream(ASK)) void chunk;
    };
    await expect(read()).rejects.toBeInstanceOf(ApiError);
  });

  it('guarantees that a silent stream is kept open by what the SDK passes over', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      listener.onData(Buffer.from(CHUNK));
      setTimeout(() => {
        listener.onData(Buffer.from(CHUNK));
        listener.onEnd({ recorded: true });
      }, 200);
    };
    const text = await (await rig.post(`${STREAM}?alt=sse`, BODY)).text();
    expect(text.replaceAll('\n\n\n\n', '\n\n').length).toBeGreaterThan(2 * CHUNK.length);
    expect(text.replace(/\n\n(\n\n)+/g, '\n\n').split('data: ')).toHaveLength(3);
    let said = '';
    for await (const chunk of await client.models.generateContentStream(ASK)) said += chunk.text;
    expect(said).toBe('aa');
  });

  it('guarantees that an abort cancels the call', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      listener.onData(Buffer.from(CHUNK));
    };
    const abort = new AbortController();
    const stream = await client.models.generateContentStream({
      ...ASK,
      config: { abortSignal: abort.signal },
    });
    await (async () => {
      for await (const chunk of stream) {
        void chunk;
        abort.abort();
      }
    })().catch(() => undefined);
    await until(() => rig.fake.calls[0]?.isCancelled === true, 'the cancel');
  });

  it.each([
    ['provider.bad_request', 400],
    ['budget.rate_limited', 429],
    ['provider.unknown_model', 404],
    ['routing.exhausted', 503],
  ] as const)('guarantees the status for %s', async (code, status) => {
    rig.fake.onCall = ({ listener }) => listener.onFailure(failure(code));
    await expect(client.models.generateContent(ASK)).rejects.toMatchObject({ status });
  });

  it('guarantees 401 for a wrong key, and 404 for a method that is none', async () => {
    await expect(clientOf('wrong').models.generateContent(ASK)).rejects.toMatchObject({
      status: 401,
    });
    const response = await rig.post(`/v1beta/models/${MODEL}:dance`, BODY);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
  });

  it('guarantees the models of the key’s project', async () => {
    rig.fake.setModels({
      projectId: 'prj_1',
      models: [{ name: MODEL, provider: 'google', connectionName: 'main', createdAt: 1 }],
      routes: [],
    });
    const names: (string | undefined)[] = [];
    for await (const model of await client.models.list()) names.push(model.name);
    expect(names).toEqual([`models/${MODEL}`]);
    expect(await client.models.get({ model: MODEL })).toMatchObject({ name: `models/${MODEL}` });
    await expect(client.models.get({ model: 'nothing' })).rejects.toMatchObject({ status: 404 });
  });
});
