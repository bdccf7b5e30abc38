import fc from 'fast-check';
import type { ProviderSlug } from '@tollgate/contracts';
import type { ClientRequest } from '../src/provider.ts';
import { defaultBaseUrl, PROVIDERS } from '../src/provider-registry.ts';

interface Sent {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly dropped: readonly string[];
}

function encode(
  slug: ProviderSlug,
  body: string,
  changes: Partial<ClientRequest> = {},
  connection: { baseUrl?: string; config?: Record<string, unknown>; model?: string } = {},
): Sent {
  const { config = {}, model = 'm' } = connection;
  const baseUrl = connection.baseUrl ?? defaultBaseUrl(slug) ?? '';
  const connected = PROVIDERS[slug].connect({ baseUrl, config, credential: 'secret' });
  if (!connected.ok) throw new Error(connected.failure.internal);
  const encoded = connected.value.encodeRequest(
    {
      dialect: 'openai-chat',
      operation: 'chat',
      body: Buffer.from(body),
      stream: false,
      usageAsked: false,
      modelAsked: 'm',
      outputCap: null,
      ...changes,
    },
    model,
  );
  if (!encoded.ok) throw new Error(encoded.failure.code);
  const { path, headers, body: bytes, droppedParams } = encoded.value;
  const pairs = headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? '']] : []));
  const { origin } = connected.value;
  const text = Buffer.from(bytes).toString();
  return { origin, path, headers: Object.fromEntries(pairs), text, dropped: droppedParams };
}

describe('the request to a provider', () => {
  it.each<[ProviderSlug, string | undefined, Record<string, unknown>, string]>([
    ['openai', undefined, {}, 'https://api.openai.com/v1/chat/completions'],
    ['groq', undefined, {}, 'https://api.groq.com/openai/v1/chat/completions'],
    ['openrouter', undefined, {}, 'https://openrouter.ai/api/v1/chat/completions'],
    ['ollama', undefined, {}, 'http://127.0.0.1:11434/v1/chat/completions'],
    ['ollama', 'https://ollama.com/v1/', {}, 'https://ollama.com/v1/chat/completions'],
    ['custom', 'http://x:8000/api/', {}, 'http://x:8000/api/chat/completions'],
    [
      'azure',
      'https://r.openai.azure.com/',
      {},
      'https://r.openai.azure.com/openai/v1/chat/completions',
    ],
    [
      'azure',
      'https://r.openai.azure.com',
      { apiVersion: '2024-10-21' },
      'https://r.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21',
    ],
    [
      'azure',
      'https://r.services.ai.azure.com/models',
      { apiVersion: '2024-05-01-preview' },
      'https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview',
    ],
  ])('of %s at %s goes to the right place', (slug, baseUrl, config, expected) => {
    const sent = encode(slug, '{}', {}, { config, ...(baseUrl ? { baseUrl } : {}) });
    expect(sent.origin + sent.path).toBe(expected);
  });

  it('carries the credential as the vendor wants it, and asks for no compression', () => {
    expect(encode('openai', '{}').headers).toMatchObject({
      authorization: 'Bearer secret',
      'accept-encoding': 'identity',
    });
    const azure = encode('azure', '{}', {}, { baseUrl: 'https://r.openai.azure.com' });
    expect(azure.headers['api-key']).toBe('secret');
    expect(azure.headers).not.toHaveProperty('authorization');
  });

  it('changes the model alone and leaves every other byte', () => {
    const body = '{ "n": 12345678901234567890.10, "model" : "asked\\u0041", "new":[1.0e5, {}] }';
    const sent = encode('openai', body, { modelAsked: 'askedA' });
    expect(sent.text).toBe(body.replace('"asked\\u0041"', '"m"'));
  });

  it('names the model where the client named none', () => {
    expect(encode('openai', '{"a":1}', { modelAsked: null }).text).toBe('{"model":"m","a":1}');
    expect(encode('openai', ' {} ', { modelAsked: null }).text).toBe(' {"model":"m"} ');
  });

  it.each([
    ['{"model":"m"}', '{"stream_options":{"include_usage":true},"model":"m"}'],
    [
      '{"stream_options":null,"model":"m"}',
      '{"stream_options":{"include_usage":true},"model":"m"}',
    ],
    [
      '{"model":"m","stream_options":{"x":1,"include_usage":false}}',
      '{"model":"m","stream_options":{"x":1,"include_usage":true}}',
    ],
    [
      '{"model":"m","stream_options":{"x":1}}',
      '{"model":"m","stream_options":{"include_usage":true,"x":1}}',
    ],
  ])('asks for usage in a stream: %s', (body, expected) => {
    expect(encode('openai', body, { stream: true }).text).toBe(expected);
  });

  it('leaves out what a vendor does not take, and says so', () => {
    const body = '{"model":"m","stream":true,"stream_options":{"include_usage":true}}';
    const sent = encode('mistral', body, { stream: true, usageAsked: true });
    expect(sent.text).toBe('{"model":"m","stream":true}');
    expect(sent.dropped).toEqual(['stream_options']);
  });

  it.each<[ProviderSlug, string, unknown]>([
    ['openai', '{"model":"m"}', { model: 'm', max_completion_tokens: 77 }],
    ['deepseek', '{"model":"m"}', { model: 'm', max_tokens: 77 }],
    ['openai', '{"model":"m","max_tokens":5}', { model: 'm', max_tokens: 5 }],
    [
      'openai',
      '{"model":"m","max_completion_tokens":null}',
      { model: 'm', max_completion_tokens: 77 },
    ],
    ['deepseek', '{"model":"m","max_completion_tokens":5}', { model: 'm', max_tokens: 5 }],
    ['deepseek', '{"max_tokens":null,"max_completion_tokens":5}', { model: 'm', max_tokens: 5 }],
    ['deepseek', '{"model":"m","max_completion_token\\u0073":5}', { model: 'm', max_tokens: 5 }],
  ])('caps the output of %s for %s', (slug, body, expected) => {
    expect(JSON.parse(encode(slug, body, { outputCap: 77 }).text)).toEqual(expected);
  });

  it("gives the caller's own cap the name that the vendor goes by, also where nothing else changes", () => {
    const body = '{"model":"m","max_completion_tokens":5}';
    expect(encode('deepseek', body).text).toBe('{"model":"m","max_tokens":5}');
    for (const slug of ['openai', 'openrouter'] as const)
      expect(encode(slug, body).text).toBe(body);
    const completions = { dialect: 'openai-completions' } as const;
    expect(encode('openai', body, completions).text).toBe('{"model":"m","max_tokens":5}');
  });

  it("keeps the fields of Tollgate's own dialect to itself", () => {
    const body = '{"response_profile":"fast","messages":[],"max_tokens":9,"metadata":{"a":"b"}}';
    const own = { dialect: 'tollgate-chat', modelAsked: null } as const;
    expect(encode('openai', body, own).text).toBe(
      '{"model":"m","messages":[],"max_completion_tokens":9}',
    );
    expect(encode('ollama', '{"response_profile":"fast"}', own).text).toBe('{"model":"m"}');
  });

  it('means the same JSON, whatever stands in the body', () => {
    const keys = fc.constantFrom(
      'model',
      'stream_options',
      'max_tokens',
      'response_profile',
      'a',
      'ü"',
    );
    const bodies = fc.dictionary(keys, fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(bodies, fc.constantFrom(0, 2), (body, spaces) => {
        const text = JSON.stringify(body, null, spaces);
        const own = { dialect: 'tollgate-chat', modelAsked: null, stream: true } as const;
        const sent = JSON.parse(encode('deepseek', text, own).text);
        // What the text says: JSON knows no -0.
        const rest: Record<string, unknown> = JSON.parse(text);
        delete rest.response_profile;
        const { stream_options: options } = rest;
        const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
        expect(sent).toEqual({
          ...rest,
          model: 'm',
          stream_options: { ...(isObject ? options : {}), include_usage: true },
        });
      }),
    );
  });

  it.each([
    ['ftp://x', 'key'],
    ['https://user:pass@x', 'key'],
    ['not a url', 'key'],
    ['https://x', null],
    ['https://x', 'two\r\nlines'],
  ])('is refused when the connection is incomplete: %s', (baseUrl, credential) => {
    expect(PROVIDERS.openai.connect({ baseUrl, config: {}, credential })).toMatchObject({
      ok: false,
      failure: { code: 'provider.misconfigured' },
    });
  });
});

describe('the list of models', () => {
  it.each<[ProviderSlug, string | undefined, Record<string, unknown>, string | undefined]>([
    ['openai', undefined, {}, '/v1/models'],
    ['groq', undefined, {}, '/openai/v1/models'],
    ['openrouter', undefined, {}, '/api/v1/models/user'],
    ['ollama', undefined, {}, '/v1/models'],
    ['azure', 'https://r.openai.azure.com', {}, '/openai/v1/models'],
    [
      'azure',
      'https://r.openai.azure.com',
      { apiVersion: '2024-10-21' },
      '/openai/models?api-version=2024-10-21',
    ],
    ['azure', 'https://r.services.ai.azure.com/models', { apiVersion: '2024-05-01' }, undefined],
  ])(
    'of %s at %s is asked for at the right place, with the credential',
    (slug, url, config, expected) => {
      const baseUrl = url ?? defaultBaseUrl(slug) ?? '';
      const connected = PROVIDERS[slug].connect({ baseUrl, config, credential: 'secret' });
      const list = connected.ok ? connected.value.modelList : null;
      expect(list?.path).toBe(expected);
      if (list) expect(list.headers.join(' ')).toMatch(/(authorization Bearer|api-key) secret/);
    },
  );

  it('is read leniently, and nothing else passes for one', () => {
    const connected = PROVIDERS.openai.connect({
      baseUrl: 'https://x',
      config: {},
      credential: 's',
    });
    const decode = (text: string) =>
      connected.ok ? connected.value.modelList?.decode(Buffer.from(text)) : undefined;
    expect(decode('{"data":[{"id":"a"},{"id":7},null,{"id":"b","x":1}]}')).toEqual(['a', 'b']);
    for (const text of ['', '[]', 'null', '{"data":{}}', '<html>', '{"models":[]}'])
      expect(decode(text)).toBeUndefined();
  });
});
