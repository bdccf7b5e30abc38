import type { ProviderSlug } from '@tollgate/contracts';
import { PROVIDERS } from '../src/provider-registry.ts';
import { stream } from '../src/provider.contract.ts';
import type { ClientRequest, ProviderConnection } from '../src/provider.ts';
import { readStream, wireRequest } from './support/read-wire.ts';

const request: ClientRequest = {
  dialect: 'openai-responses',
  operation: 'chat',
  body: Buffer.from('{ "model":"m", "input":"x", "n": 1.50 }'),
  stream: true,
  usageAsked: true,
  modelAsked: 'm',
  outputCap: null,
};

function connect(
  slug: ProviderSlug,
  config: Readonly<Record<string, unknown>> = {},
  baseUrl = PROVIDERS[slug].defaultBaseUrl ?? 'https://x',
): ProviderConnection {
  const connected = PROVIDERS[slug].connect({ baseUrl, config, credential: 'key' });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

const frame = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const created = frame({ type: 'response.created', response: { id: 'r', error: null } });
const text = frame({ type: 'response.output_text.delta', output_index: 0, delta: 'a' });
const completed = (usage: object): string =>
  frame({ type: 'response.completed', response: { status: 'completed', output: [], usage } });

describe('a request over the responses API', () => {
  it.each<[ProviderSlug, string | undefined, Record<string, unknown>, string]>([
    ['openai', undefined, {}, '/v1/responses'],
    ['openrouter', undefined, {}, '/api/v1/responses'],
    ['groq', undefined, {}, '/openai/v1/responses'],
    ['azure', 'https://r.openai.azure.com/', {}, '/openai/v1/responses'],
    [
      'azure',
      'https://r.openai.azure.com',
      { apiVersion: '2025-03-01-preview' },
      '/openai/responses?api-version=2025-03-01-preview',
    ],
    ['custom', 'http://x/v1', { responses: true }, '/v1/responses'],
  ])('of %s at %s with %j goes to the right place', (slug, baseUrl, config, path) => {
    const encoded = connect(slug, config, baseUrl).encodeRequest(request, 'm');
    expect(encoded).toMatchObject({ ok: true, value: { path } });
  });

  it.each<[ProviderSlug, Record<string, unknown>]>([
    ['mistral', {}],
    ['ollama', {}],
    ['custom', {}],
    ['gateway', { responses: false }],
  ])('does not pass through %s with %j', (slug, config) => {
    expect(connect(slug, config).dialects.has('openai-responses')).toBe(false);
  });

  it('changes the model and the cap alone', () => {
    const send = (changes: Partial<ClientRequest>, model: string): string => {
      const encoded = connect('openai').encodeRequest({ ...request, ...changes }, model);
      return encoded.ok ? Buffer.from(encoded.value.body).toString() : '';
    };
    const asked = Buffer.from(request.body).toString();
    expect(send({}, 'm')).toBe(asked);
    expect(send({}, 'other')).toBe(asked.replace('"m"', '"other"'));
    expect(send({ outputCap: 9 }, 'm')).toBe(asked.replace('{ ', '{"max_output_tokens":9, '));
    const capped = Buffer.from('{"model":"m","max_output_tokens":5}');
    expect(send({ outputCap: 9, body: capped }, 'm')).toBe(capped.toString());
  });
});

describe('a conversation that began with another vendor', () => {
  it('goes on without what that vendor thought, and says so', () => {
    const own = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' };
    const said = { role: 'user', content: 'is "rs_tg_1" an id?' };
    const input = [
      said,
      own,
      { type: 'reasoning', id: 'rs_tg_a_0', summary: [{ type: 'summary_text', text: 'hm' }] },
      { type: 'reasoning', summary: [], encrypted_content: 'tg1.anthropic.sig' },
      { type: 'item_reference', id: 'rs_tg1_abc' },
    ];
    const body = Buffer.from(JSON.stringify({ model: 'm', input, n: 1 }));
    const encoded = connect('openai').encodeRequest({ ...request, body }, 'm');
    if (!encoded.ok) throw new Error(encoded.failure.code);
    expect(encoded.value.droppedParams).toEqual(['input[].encrypted_content']);
    expect(JSON.parse(Buffer.from(encoded.value.body).toString())).toEqual({
      model: 'm',
      input: [said, own],
      n: 1,
    });
    const plain = Buffer.from(JSON.stringify({ model: 'm', input: [said] }));
    const passed = connect('openai').encodeRequest({ ...request, body: plain }, 'm');
    expect(passed).toMatchObject({ value: { body: plain, droppedParams: [] } });
  });
});

describe('a streamed response', () => {
  it.each([
    [
      'event: error\ndata: {"type":"error","code":"server_error","message":"x","param":null}\n\n',
      'provider.server_error',
    ],
    [frame({ type: 'error', error: { code: 'rate_limit_exceeded' } }), 'provider.rate_limited'],
    [
      frame({
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'invalid_prompt', message: 'x' } },
      }),
      'provider.bad_request',
    ],
    [frame({ type: 'response.failed', response: {} }), 'provider.server_error'],
    ['data: {"type": oops\n\n', 'provider.invalid_answer'],
    ['<html>bad gateway</html>\n\n', 'provider.invalid_answer'],
    ['data: [DONE]\n\n', 'provider.invalid_answer'],
  ])('fails at %j, after what came before it', (event, code) => {
    const bytes = Buffer.from(created + text + event + completed({}));
    const wire = connect('openai', { api: 'responses' }).chat;
    for (const size of [1, 1_000]) {
      expect(stream(connect('openai'), request, bytes, [size])).toMatchObject({
        phase: 'failed',
        code,
        given: created + text,
        tail: '',
      });
      const read = wire && readStream(wire, wireRequest('m'), bytes, [size]);
      expect(read).toMatchObject({ phase: 'failed', code });
      expect(read?.events.map(({ type }) => type)).toEqual(['start', 'part', 'delta']);
    }
  });

  it('promises nothing while it has only begun', () => {
    const limited = frame({ type: 'error', error: { code: 'rate_limit_exceeded' } });
    expect(stream(connect('openai'), request, Buffer.from(created + limited))).toMatchObject({
      given: '',
      code: 'provider.rate_limited',
    });
  });

  it('keeps the usage of a response that failed', () => {
    const usage = { input_tokens: 7, output_tokens: 3, total_tokens: 10 };
    const failed = frame({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error' }, usage },
    });
    expect(stream(connect('openai'), request, Buffer.from(created + text + failed))).toMatchObject({
      phase: 'failed',
      usage: { inputTokens: 7, outputTokens: 3 },
    });
  });

  it("takes xAI's own cost in ticks, and OpenRouter's in USD", () => {
    const cost = (slug: ProviderSlug, usage: object): unknown => {
      const decoder = connect(slug).streamDecoder(request, () => undefined);
      decoder.push(Buffer.from(created + text + completed(usage)));
      return decoder.reportedCostPicoUsd;
    };
    expect(cost('xai', { cost_in_usd_ticks: 12_345 })).toBe(1_234_500n);
    expect(cost('openrouter', { cost: 0.0000054 })).toBe(5_400_000n);
    expect(cost('openrouter', { cost: 1, is_byok: true })).toBeNull();
    expect(cost('openai', { cost: 1, cost_in_usd_ticks: 5 })).toBeNull();
    expect(cost('xai', { cost_in_usd_ticks: -5 })).toBeNull();
  });
});
