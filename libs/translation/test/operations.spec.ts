import { NO_USAGE, succeed } from '@tollgate/contracts';
import { OPERATION_CODECS } from '@tollgate/dialects';
import {
  type AnswerFacts,
  type ClientRequest,
  type OperationWires,
  type ProviderConnection,
  PROVIDERS,
} from '@tollgate/providers';
import { type CallWire, callWire } from '../src/index.ts';
import { connectionOf, requestOf } from './support/fakes.ts';

const OPTIONS = { policy: 'lenient', provider: 'vendor', nowS: () => 7 } as const;

const OPENAI_ANSWER = {
  object: 'list',
  model: 'm-1',
  data: [{ object: 'embedding', index: 0, embedding: [0.5, -1] }],
  usage: { prompt_tokens: 4, total_tokens: 4 },
};
const GOOGLE_ANSWER = { embeddings: [{ values: [0.5, -1] }], embedding: { values: [0.5, -1] } };

const ASKED = {
  'openai-embeddings': { model: 'm-1', input: ['Grüezi'] },
  'gemini-embed': { content: { parts: [{ text: 'Grüezi' }] } },
};

const EMBEDDINGS = (['openai-embeddings', 'gemini-embed'] as const).flatMap((dialect) => [
  { dialect, provider: 'custom' as const, answer: OPENAI_ANSWER },
  { dialect, provider: 'google' as const, answer: GOOGLE_ANSWER },
]);

function embed(dialect: keyof typeof ASKED, stream = false): ClientRequest {
  const body = Buffer.from(JSON.stringify(ASKED[dialect]));
  return requestOf({ dialect, operation: 'embeddings', body, stream });
}

/** As if it spoke no dialect itself. */
function strangerOf(provider: 'custom' | 'google'): ProviderConnection {
  const parts = { baseUrl: 'https://provider.example/v1', config: {}, credential: 'credential' };
  const connected = PROVIDERS[provider].connect(parts);
  if (!connected.ok) throw new Error(connected.failure.internal);
  return { ...connected.value, dialects: new Set() };
}

function wireOf(connection: ProviderConnection, request: ClientRequest): CallWire {
  const found = callWire(connection, request, OPTIONS);
  if (!found.ok) throw new Error(found.failure.message);
  return found.value;
}

describe('embeddings between two vendors', () => {
  it.each(EMBEDDINGS)('$dialect → $provider: go out and come back', (pair) => {
    const request = embed(pair.dialect);
    const wire = wireOf(strangerOf(pair.provider), request);
    const encoded = wire.encodeRequest(request, 'm-2');
    if (!encoded.ok) throw new Error(encoded.failure.message);
    const { path, body } = encoded.value;
    expect(path + Buffer.from(body).toString()).toContain('m-2');
    expect(Buffer.from(body).toString()).toContain('Grüezi');
    const decoded = wire.decodeResponse(request, Buffer.from(JSON.stringify(pair.answer)));
    if (!decoded.ok) throw new Error(decoded.failure.internal);
    expect(Buffer.from(decoded.body).toString()).toContain('[0.5,-1]');
    expect(decoded.contentType).toMatch(/^application\/json/);
  });

  it.each(EMBEDDINGS)('$dialect → $provider: a stream is refused by name', (pair) => {
    const request = embed(pair.dialect, true);
    const wire = wireOf(strangerOf(pair.provider), request);
    expect(wire.encodeRequest(request, 'm-2')).toMatchObject({
      ok: false,
      failure: { code: 'request.unsupported_by_provider', param: 'stream' },
    });
    const decoder = wire.streamDecoder(request, () => undefined);
    decoder.push(Buffer.from('data: {}\n\n'));
    decoder.end();
    expect(decoder).toMatchObject({ phase: 'failed', usage: null });
  });

  it.each(EMBEDDINGS)('$dialect → $provider: what is no answer is a failure', (pair) => {
    const request = embed(pair.dialect);
    const wire = wireOf(strangerOf(pair.provider), request);
    expect(wire.decodeResponse(request, Buffer.from('{}')).ok).toBe(false);
    wire.encodeRequest(request, 'm-2');
    expect(wire.decodeResponse(request, Buffer.from(''))).toMatchObject({
      ok: false,
      failure: { code: 'provider.invalid_answer' },
    });
  });
});

describe('an operation beside chat', () => {
  const facts: AnswerFacts = {
    usage: { ...NO_USAGE, inputTokens: 2 },
    reportedCostPicoUsd: null,
    finishReason: null,
    estimateOutputTokens: () => 0,
  };
  const asked: unknown[] = [];
  const operations: OperationWires = {
    speech: {
      mediaToFetch: ({ text }) => [`https://a.example/${text}`],
      encodeRequest: ({ request, losses }) => {
        asked.push(request);
        losses.drop('speed');
        return succeed({ path: '/speak', headers: [], body: Buffer.alloc(0), droppedParams: [] });
      },
      decodeAnswer: (audio) => ({ ok: true, answer: { audio, mediaType: 'audio/wav' }, facts }),
    },
  };
  const connection = { ...connectionOf(null), operations };
  const request = requestOf({
    dialect: 'openai-speech',
    operation: 'speech',
    body: Buffer.from('{"model":"m-1","input":"hi","voice":"alloy","speed":2}'),
  });

  it('is decoded once, and keeps bytes, type and facts', () => {
    const [first, second] = [wireOf(connection, request), wireOf(connection, request)];
    expect(first.mediaToFetch).toEqual(['https://a.example/hi']);
    for (const wire of [first, second])
      expect(wire.encodeRequest(request, 'm-2')).toMatchObject({
        ok: true,
        value: { path: '/speak', droppedParams: ['speed'] },
      });
    expect(asked[0]).toBe(asked[1]);
    const decoded = first.decodeResponse(request, Buffer.from([1, 2]));
    expect(decoded).toMatchObject({ ok: true, contentType: 'audio/wav', facts });
    expect(decoded.ok && [...decoded.body]).toEqual([1, 2]);
  });

  it('finds no way to a provider that has it not', () => {
    const dialects = Object.keys(OPERATION_CODECS) as (keyof typeof OPERATION_CODECS)[];
    for (const dialect of dialects)
      expect(callWire(connectionOf(null), { ...request, dialect }, OPTIONS)).toMatchObject({
        ok: false,
        failure: { code: 'request.unsupported_by_provider' },
      });
    const known = (['custom', 'google'] as const).map(
      (provider) => `${provider}: ${Object.keys(strangerOf(provider).operations ?? {}).join(', ')}`,
    );
    console.info(`${dialects.length} dialects; in neutral terms served by ${known.join('; ')}`);
  });
});
