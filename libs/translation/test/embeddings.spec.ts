import type { Dialect, ProviderSlug } from '@tollgate/contracts';
import {
  type ClientRequest,
  PROVIDERS,
  type ProviderConnection,
  type UpstreamRequest,
} from '@tollgate/providers';
import OpenAI from 'openai';
import { type CallWire, callWire } from '../src/index.ts';
import {
  hasRecordings,
  type RecordedEmbedding,
  recordedEmbeddings,
} from './support/recorded-embeddings.ts';

const CLIENTS = ['openai-embeddings', 'gemini-embed'] as const satisfies readonly Dialect[];
type Client = (typeof CLIENTS)[number];

const AWS = JSON.stringify({ accessKeyId: 'AKIA0', secretAccessKey: 'secret' });

function connect({ slug, urlPath }: RecordedEmbedding): ProviderConnection {
  const apiVersion = new URLSearchParams(urlPath.split('?')[1]).get('api-version');
  const connected = PROVIDERS[slug].connect({
    baseUrl: BASE_URLS[slug] ?? PROVIDERS[slug].defaultBaseUrl ?? '',
    config: { region: 'us-east-1', ...(apiVersion === null ? {} : { apiVersion }) },
    credential: slug === 'bedrock' ? AWS : 'key',
  });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

const BASE_URLS: Readonly<Partial<Record<ProviderSlug, string>>> = {
  azure: 'https://x.openai.azure.com',
  bedrock: 'https://bedrock-runtime.us-east-1.amazonaws.com',
};

/** What a client would send for the same texts. */
function requestFor(
  client: Client,
  { texts, dimensions, model }: RecordedEmbedding,
  encoding: 'float' | 'base64',
): ClientRequest {
  const ofOpenAi = { model: 'asked', input: texts, dimensions, encoding_format: encoding };
  const ofGoogle = {
    requests: texts?.map((text) => ({
      model: 'models/asked',
      content: { parts: [{ text }] },
      outputDimensionality: dimensions,
    })),
  };
  return {
    dialect: client,
    operation: 'embeddings',
    body: Buffer.from(JSON.stringify(client === 'openai-embeddings' ? ofOpenAi : ofGoogle)),
    stream: false,
    usageAsked: true,
    modelAsked: client === 'openai-embeddings' ? 'asked' : model,
    outputCap: null,
    requestId: 'req_1',
  };
}

/** What the client's own SDK reads: OpenAI's takes base64 unless it is told otherwise. */
async function vectorsRead(
  client: Client,
  body: Uint8Array,
  encoding: 'float' | 'base64',
): Promise<readonly (readonly number[])[]> {
  const answer = JSON.parse(Buffer.from(body).toString());
  if (client === 'gemini-embed')
    return answer.embeddings.map(({ values }: { values: number[] }) => values);
  const sdk = new OpenAI({
    apiKey: 'key',
    fetch: async () => new Response(body, { headers: { 'content-type': 'application/json' } }),
  });
  const { data, usage } = await sdk.embeddings.create({
    model: 'asked',
    input: 'x',
    ...(encoding === 'float' ? { encoding_format: 'float' } : {}),
  });
  expect(usage.total_tokens).toBe(usage.prompt_tokens);
  expect(data.map(({ index }) => index)).toEqual(data.map((_, index) => index));
  return data.map(({ embedding }) => Array.from(embedding));
}

function wireOf(recording: RecordedEmbedding, request: ClientRequest): CallWire {
  const wire = callWire(connect(recording), request, {
    policy: 'strict',
    provider: recording.slug,
    nowS: () => 0,
  });
  if (!wire.ok) throw new Error(`${recording.path}: ${wire.failure.message}`);
  return wire.value;
}

/** What the vendor would get, with what does not matter left out. */
function essence(body: Uint8Array): Readonly<Record<string, unknown>> {
  const text = Buffer.from(body).toString();
  const rest = JSON.parse(text);
  for (const name of ['encoding_format', 'options', 'input_type']) delete rest[name];
  if (Array.isArray(rest.input) && rest.input.length === 1) rest.input = rest.input[0];
  for (const { content } of rest.requests ?? []) delete content.role;
  if (rest.requests) delete rest.model;
  if (rest.normalize === true) delete rest.normalize;
  // Whether what is too long is cut or refused: the recorded client had it cut.
  delete rest.singleEmbeddingParams?.text.truncationMode;
  return rest;
}

function expectSent(
  client: Client,
  recording: RecordedEmbedding,
  { path, body, droppedParams }: UpstreamRequest,
) {
  const url = decodeURIComponent(recording.urlPath).replace(/\?\$alt.*/, '');
  expect(decodeURIComponent(path)).toBe(url);
  const expected = essence(Buffer.from(JSON.stringify(recording.sent)));
  expect({ ...essence(body), model: '' }).toEqual({ ...expected, model: '' });
  // Cohere must be told a purpose, and is told one that the client did not name.
  expect(droppedParams).toEqual(recording.model.includes('cohere') ? [PURPOSE[client]] : []);
}

const PURPOSE = { 'openai-embeddings': 'purpose', 'gemini-embed': 'taskType' } as const;

interface Row {
  passed: number;
  translated: number;
  notText: number;
}
const counts: Record<string, Row> = {};

const recordings = recordedEmbeddings();

(hasRecordings ? describe : describe.skip)('recorded embeddings', () => {
  it.each(CLIENTS)('reach clients of %s with the same vectors', async (client) => {
    for (const recording of recordings) {
      const row = (counts[`${client} → ${recording.slug}`] ??= {
        passed: 0,
        translated: 0,
        notText: 0,
      });
      if (recording.texts === null) {
        row.notText++;
        continue;
      }
      const connection = connect(recording);
      const isPassed = connection.dialects.has(client);
      // Clients of OpenAI's go to Ollama's OpenAI path, which these are not recordings of.
      if (recording.slug === 'ollama' && isPassed) continue;
      for (const encoding of ['float', 'base64'] as const) {
        const request = requestFor(client, recording, encoding);
        const wire = wireOf(recording, request);
        const encoded = wire.encodeRequest(request, recording.model);
        if (!encoded.ok) throw new Error(`${recording.path}: ${encoded.failure.message}`);
        expectSent(client, recording, encoded.value);
        const decoded = wire.decodeResponse(request, recording.answer);
        if (!decoded.ok) throw new Error(`${recording.path}: ${decoded.failure.internal}`);
        const read = await vectorsRead(client, decoded.body, encoding);
        const isExact = client === 'gemini-embed' || encoding === 'float';
        const expected = recording.vectors.map((one) => (isExact ? one : one.map(Math.fround)));
        expect(read).toEqual(expected);
        expect(decoded.facts.usage?.inputTokens).toBe(recording.inputTokens);
      }
      row[isPassed ? 'passed' : 'translated']++;
    }
  });

  it('are counted', () => {
    console.table(counts);
    console.info('notText: pictures, or a text cut into tokens, which not every client can say');
    const silent = Object.keys(counts).filter((name) => {
      const row = counts[name];
      return !row || row.passed + row.translated === 0;
    });
    expect(silent).toEqual(['openai-embeddings → ollama']);
  });
});
