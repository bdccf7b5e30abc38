import { Losses } from '@tollgate/neutral';
import { connectionFor, PROVIDERS, type ClientRequest } from '../src/index.ts';

const connected = PROVIDERS.google.connect({
  baseUrl: 'https://us-central1-aiplatform.googleapis.com',
  config: { vertex: { project: 'p', location: 'us-central1' } },
  credential: null,
});
if (!connected.ok) throw new Error(connected.failure.internal);
const vertex = connected.value;
const PLACE = '/v1/projects/p/locations/us-central1';

function chatRequest(model: string, stream: boolean): ClientRequest {
  const body = { model, stream, messages: [{ role: 'user', content: 'hi' }] };
  return {
    dialect: 'openai-chat',
    operation: 'chat',
    body: Buffer.from(JSON.stringify(body)),
    stream,
    usageAsked: true,
    modelAsked: model,
    outputCap: null,
  };
}

describe('models of other publishers on Vertex', () => {
  it.each([
    ['meta/llama-4-scout-maas', false, `${PLACE}/endpoints/openapi/chat/completions`],
    ['meta/llama-4-scout-maas', true, `${PLACE}/endpoints/openapi/chat/completions`],
    [
      'mistral-small-2503',
      false,
      `${PLACE}/publishers/mistralai/models/mistral-small-2503:rawPredict`,
    ],
    ['codestral-2', true, `${PLACE}/publishers/mistralai/models/codestral-2:streamRawPredict`],
  ])('pass clients of OpenAI through: %s, streamed: %s', (model, stream, path) => {
    const connection = connectionFor(vertex, model);
    expect(connection.dialects.has('openai-chat')).toBe(true);
    const sent = connection.encodeRequest(chatRequest(model, stream), model);
    if (!sent.ok) throw new Error(sent.failure.message);
    expect(sent.value.path).toBe(path);
    expect(JSON.parse(Buffer.from(sent.value.body).toString())).toMatchObject({ model, stream });
  });

  it.each([
    ['publishers/meta/models/llama-4-scout-maas', 'meta/llama-4-scout-maas', 'endpoints/openapi'],
    ['publishers/mistralai/models/codestral-2', 'codestral-2', 'models/codestral-2:rawPredict'],
    ['publishers/anthropic/models/claude-opus-4-5', undefined, 'models/claude-opus-4-5:rawPredict'],
  ])('are named as their own wire names them, translated: %s', (model, name, path) => {
    const { chat } = connectionFor(vertex, model);
    const sent = chat?.encodeRequest({
      conversation: {
        messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
        others: {},
        origin: 'gemini',
      },
      model,
      stream: false,
      outputCap: 5,
      losses: new Losses('strict', 'google'),
      fetched: new Map(),
    });
    if (!sent?.ok) throw new Error('not encoded');
    expect(sent.value.path).toContain(path);
    expect(JSON.parse(Buffer.from(sent.value.body).toString()).model).toBe(name);
  });

  it("leave Gemini's own as they are", () => {
    expect(connectionFor(vertex, 'gemini-2.5-flash').dialects.has('gemini-generate')).toBe(true);
    expect(connectionFor(vertex, 'endpoints/123').dialects.has('gemini-generate')).toBe(true);
  });

  it('are signed for like those', () => {
    for (const model of ['claude-x', 'meta/llama', 'mistral-x'])
      expect(connectionFor(vertex, model).signing).toEqual(vertex.signing);
  });
});

describe('Claude in Foundry', () => {
  const connect = (baseUrl: string, credential: string | null = 'azure-key-1') => {
    const azure = PROVIDERS.azure.connect({
      baseUrl,
      config: credential === null ? { entra: true } : {},
      credential,
    });
    if (!azure.ok) throw new Error(azure.failure.internal);
    return azure.value;
  };

  it.each(['', '/', '/openai/v1', '/openai', '/models', '/anthropic', '/anthropic/v1/'])(
    'is reached beside the rest of the resource: %j',
    (path) => {
      const connection = connectionFor(
        connect(`https://r.services.ai.azure.com${path}`),
        'claude-opus-4-5',
      );
      expect(connection.dialects.has('anthropic-messages')).toBe(true);
      const request: ClientRequest = {
        ...chatRequest('claude-opus-4-5', false),
        dialect: 'anthropic-messages',
      };
      const sent = connection.encodeRequest(request, 'claude-opus-4-5');
      if (!sent.ok) throw new Error(sent.failure.message);
      expect(sent.value.path).toBe('/anthropic/v1/messages');
      expect(sent.value.body).toBe(request.body);
      expect(sent.value.headers.join()).toContain('api-key,azure-key-1');
    },
  );

  it("takes Entra's tokens", () => {
    const connection = connectionFor(connect('https://r.services.ai.azure.com', null), 'claude-x');
    expect(connection.signing).toEqual({ kind: 'entra', credentials: null });
  });

  it("leaves OpenAI's deployments as they are", () => {
    const connection = connectionFor(connect('https://r.openai.azure.com'), 'gpt-5.1');
    expect(connection.dialects.has('openai-chat')).toBe(true);
  });
});
