import type { Dialect, Operation, ProviderSlug } from '@tollgate/contracts';
import { Losses } from '@tollgate/neutral';
import fc from 'fast-check';
import { PROVIDERS } from '../src/provider-registry.ts';
import type { ClientRequest, ProviderConnection } from '../src/provider.ts';

const OPERATIONS = {
  'openai-embeddings': 'embeddings',
  'openai-images': 'images',
  'tollgate-image': 'images',
  'openai-image-edits': 'images',
  'openai-speech': 'speech',
  'openai-transcription': 'transcription',
  'openai-translation': 'transcription',
  'openai-moderation': 'moderation',
} as const satisfies Partial<Record<Dialect, Operation>>;
const dialects = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];

function connect(
  slug: ProviderSlug,
  baseUrl: string,
  config: Readonly<Record<string, unknown>> = {},
  credential: string | null = 'key',
): ProviderConnection {
  const connected = PROVIDERS[slug].connect({ baseUrl, config, credential });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

const requestOf = (
  dialect: keyof typeof OPERATIONS,
  body: string,
  more: Partial<ClientRequest> = {},
): ClientRequest => ({
  dialect,
  operation: OPERATIONS[dialect],
  body: Buffer.from(body),
  stream: false,
  usageAsked: true,
  modelAsked: null,
  outputCap: null,
  ...more,
});

function sent(connection: ProviderConnection, request: ClientRequest, model = 'm') {
  const encoded = connection.encodeRequest(request, model);
  if (!encoded.ok) throw new Error(encoded.failure.message);
  return { ...encoded.value, text: Buffer.from(encoded.value.body).toString() };
}

const openai = connect('openai', 'https://api.openai.com/v1');

describe('operations that pass through', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['https://r.openai.azure.com', {}, '/openai/v1/embeddings'],
    ['https://r.openai.azure.com/openai/v1', {}, '/openai/v1/embeddings'],
    [
      'https://r.openai.azure.com',
      { apiVersion: '2024-10-21' },
      '/openai/deployments/a%20b/embeddings?api-version=2024-10-21',
    ],
    [
      'https://r.services.ai.azure.com/models',
      { apiVersion: '2024-05-01-preview' },
      '/models/embeddings?api-version=2024-05-01-preview',
    ],
  ])('guarantees Azure’s paths at %s with %j', (baseUrl, config, path) => {
    const request = requestOf('openai-embeddings', '{"input":"a"}');
    expect(sent(connect('azure', baseUrl, config), request, 'a b').path).toBe(path);
  });

  it('guarantees that nothing but the model changes', () => {
    const body = '{ "input":["é"],"model" : "asked", "future":1.0 }';
    const request = requestOf('openai-embeddings', body, { modelAsked: 'asked' });
    expect(sent(openai, request, 'given').text).toBe(body.replace('asked', 'given'));
    expect(sent(openai, request, 'asked').body).toBe(request.body);
  });

  it('guarantees that Tollgate’s own fields stay here', () => {
    const request = requestOf('tollgate-image', '{"prompt":"a","metadata":{"a":"b"},"n":2}');
    expect(JSON.parse(sent(openai, request).text)).toEqual({ prompt: 'a', n: 2, model: 'm' });
  });

  it('guarantees that what a vendor names otherwise or refuses is renamed or dropped by name', () => {
    const mistral = connect('mistral', 'https://api.mistral.ai/v1');
    const asked = requestOf('openai-embeddings', '{"input":"a","dimensions":8,"user":"u"}');
    const { text, droppedParams } = sent(mistral, asked);
    expect(JSON.parse(text)).toEqual({ input: 'a', output_dimension: 8, model: 'm' });
    expect(droppedParams).toEqual(['user']);
    const xai = connect('xai', 'https://api.x.ai/v1');
    const image = sent(xai, requestOf('openai-images', '{"prompt":"a","size":"1x1","style":null}'));
    expect(JSON.parse(image.text)).toEqual({ prompt: 'a', model: 'm' });
    expect(image.droppedParams).toEqual(['size']);
  });

  it.each<[string, string | null, string]>([
    ['replaced', 'asked', 'given'],
    ['added', null, 'given'],
    ['left alone', 'given', 'given'],
  ])('guarantees that in a form the model alone is %s', (_, named, model) => {
    const file =
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\u0001\r\n';
    const part = (name: string): string =>
      `--b\r\nContent-Disposition: form-data; name="model"\r\n\r\n${name}\r\n`;
    const form = (name: string | null): string =>
      `${name === null ? '' : part(name)}${file}--b--\r\n`;
    const clientHeaders = { 'content-type': 'multipart/form-data; boundary=b' };
    const more = { clientHeaders, modelAsked: named };
    const { text, headers } = sent(
      openai,
      requestOf('openai-transcription', form(named), more),
      model,
    );
    expect(text).toBe(form(model));
    expect(headers.slice(0, 2)).toEqual(['content-type', clientHeaders['content-type']]);
    expect(headers.filter((line) => line === 'content-type')).toHaveLength(1);
  });

  it('guarantees that vectors come in the encoding that was asked for', () => {
    const floats = '{"data":[{"index":0,"embedding":[1,-2]}],"usage":{"prompt_tokens":3}}';
    const base64 = floats.replace('[1,-2]', '"AACAPwAAAMA="');
    const read = (body: string, answer: string) => {
      const decoded = openai.decodeResponse(
        requestOf('openai-embeddings', body),
        Buffer.from(answer),
      );
      if (!decoded.ok) throw new Error(decoded.failure.internal);
      return JSON.parse(Buffer.from(decoded.body).toString());
    };
    const asBase64 = '{"input":"a","encoding_format":"base64"}';
    expect(read('{"input":"a"}', base64)).toEqual(JSON.parse(floats));
    expect(read(asBase64, floats)).toEqual(JSON.parse(base64));
  });

  it('guarantees that sound and subtitles keep their own type', () => {
    const sound = openai.decodeResponse(
      requestOf('openai-speech', '{"input":"a","response_format":"opus"}'),
      Buffer.from([1, 2]),
    );
    expect(sound).toMatchObject({ ok: true, contentType: 'audio/ogg' });
    const text = openai.decodeResponse(
      requestOf('openai-transcription', ''),
      Buffer.from('1\n00:00:00,000 --> 00:00:01,000\nhi\n\n'),
      'text/plain; charset=utf-8',
    );
    expect(text).toMatchObject({ ok: true, contentType: 'text/plain; charset=utf-8' });
  });

  it('guarantees xAI’s own word on the cost', () => {
    const decoded = connect('xai', 'https://api.x.ai/v1').decodeResponse(
      requestOf('openai-images', '{}'),
      Buffer.from('{"data":[],"usage":{"cost_in_usd_ticks":200000000}}'),
    );
    expect(decoded).toMatchObject({ facts: { reportedCostPicoUsd: 20_000_000_000n } });
  });

  it('guarantees that errors inside a 200 are failures', () => {
    const body = Buffer.from('{"error":{"message":"no","code":429}}');
    for (const dialect of dialects)
      expect(openai.decodeResponse(requestOf(dialect, '{}'), body)).toMatchObject({
        ok: false,
        failure: { code: 'provider.rate_limited' },
      });
  });
});

describe('operations of any connection', () => {
  const connections: readonly ProviderConnection[] = [
    openai,
    connect('mistral', 'https://api.mistral.ai/v1'),
    connect('ollama', 'http://127.0.0.1:11434'),
    connect('google', 'https://generativelanguage.googleapis.com'),
    connect('google', 'https://aiplatform.googleapis.com', { vertex: {} }),
  ];

  it('guarantees that nothing that may come makes them throw', () => {
    const request = { inputs: [{ kind: 'text', text: 'a' } as const], others: {} };
    const picture = { prompt: 'a', others: {} };
    const shared = {
      model: 'm',
      losses: new Losses('lenient', 'x'),
      fetched: new Map(),
      stream: false,
    };
    const keys = ['data', 'usage', 'results', 'text', 'embeddings', 'embedding', 'candidates'];
    const like = fc.record(Object.fromEntries(keys.map((key) => [key, fc.jsonValue()])), {
      requiredKeys: [],
    });
    const bytes = fc.oneof(
      fc.json().map((text) => Buffer.from(text)),
      like.map((value) => Buffer.from(JSON.stringify(value))),
      fc.uint8Array({ maxLength: 200 }).map((noise) => Buffer.from(noise)),
    );
    fc.assert(
      fc.property(bytes, (body) => {
        for (const { operations, countTokens, ...connection } of connections) {
          operations?.embeddings?.decodeAnswer(body, { ...shared, request });
          operations?.images?.decodeAnswer(body, { ...shared, request: picture });
          countTokens?.decodeCount(body);
          for (const dialect of dialects.filter((one) => connection.dialects.has(one)))
            connection.decodeResponse(requestOf(dialect, '{"input":"a"}'), body);
        }
        const decoder = openai.streamDecoder(requestOf('openai-images', '{}'), () => undefined);
        decoder.push(Buffer.from(`data: ${body.toString()}\n\n`));
        decoder.push(body);
        decoder.end();
      }),
      { numRuns: 500 },
    );
  });
});

describe('Azure’s credentials', () => {
  const client = { tenantId: 't', clientId: 'c', clientSecret: 's' };
  const base = 'https://r.openai.azure.com';

  it('guarantees that client credentials are exchanged and never sent', () => {
    const credential = JSON.stringify(client, null, 2);
    const connection = connect('azure', base, {}, credential);
    expect(connection.signing).toEqual({ kind: 'entra', credentials: credential });
    const { headers } = sent(connection, requestOf('openai-embeddings', '{"input":"a"}'));
    expect(headers.join(' ')).not.toMatch(/api-key|clientSecret/);
  });

  it('guarantees the machine’s own identity only where it is asked for', () => {
    const own = connect('azure', base, { entra: true }, null);
    expect(own.signing).toEqual({ kind: 'entra', credentials: null });
    expect(PROVIDERS.azure.connect({ baseUrl: base, config: {}, credential: null }).ok).toBe(false);
    expect(connect('azure', base).signing).toBeNull();
    const partial = JSON.stringify({ ...client, clientSecret: '' });
    expect(connect('azure', base, {}, partial).signing).toBeNull();
  });
});

describe('answers whose bodies go on as they come', () => {
  const speech = requestOf('openai-speech', '{"input":"a","response_format":"opus"}');
  const read = (request: ClientRequest, contentType: string | undefined, ...chunks: string[]) => {
    const given: string[] = [];
    const decoder = openai.bodyDecoder?.(request, contentType, (bytes) =>
      given.push(Buffer.from(bytes).toString()),
    );
    for (const chunk of chunks) decoder?.push(Buffer.from(chunk));
    decoder?.end();
    return { decoder, given };
  };

  it('guarantees that sound is handed on chunk by chunk, and estimated by its length', () => {
    const { decoder, given } = read(speech, 'audio/ogg', 'a'.repeat(8_000), 'b'.repeat(8_000));
    expect(given.map(({ length }) => length)).toEqual([8_000, 8_000]);
    expect(decoder).toMatchObject({ phase: 'finished', contentType: 'audio/ogg', usage: null });
    expect(decoder?.estimateOutputTokens()).toBe(42);
    expect(read(speech, undefined, 'x').decoder?.contentType).toBe('audio/ogg');
  });

  it('guarantees that no sound is no answer, and that JSON is read whole', () => {
    expect(read(speech, 'audio/ogg').decoder).toMatchObject({
      phase: 'failed',
      failure: { code: 'provider.invalid_answer' },
    });
    expect(read(speech, 'application/json').decoder).toBeNull();
  });

  const asked = requestOf('openai-transcription', '', { stream: true });

  it.each([
    ['application/json', '{"text":"a","usage":{"type":"duration","seconds":4}}'],
    ['text/plain; charset=utf-8', '1\n00:00:00,000 --> 00:00:01,000\na\n\n'],
  ])('guarantees that an answer in %s to a wish for a stream goes on as it is', (type, body) => {
    const { decoder, given } = read(asked, type, body.slice(0, 9), body.slice(9));
    expect(given).toEqual([]);
    expect(decoder).toMatchObject({ phase: 'finished', contentType: type });
    expect(Buffer.from(decoder?.tail ?? []).toString()).toBe(body);
  });

  it('guarantees that an error in such an answer is one', () => {
    const body = '{"error":{"message":"no","type":"server_error"}}';
    expect(read(asked, 'application/json', body).decoder?.phase).toBe('failed');
  });

  it('guarantees that streams of events are read as such', () => {
    expect(read(asked, 'text/event-stream; charset=utf-8').decoder).toBeNull();
  });
});
