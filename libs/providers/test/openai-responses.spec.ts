import type { ProviderSlug } from '@tollgate/contracts';
import { type Conversation, Losses, type Message } from '@tollgate/neutral';
import { PROVIDERS } from '../src/provider-registry.ts';
import { stream } from '../src/provider.contract.ts';
import type { ClientRequest, ProviderConnection } from '../src/provider.ts';
import { EMPTY_CONVERSATION, readStream, wireRequest } from './support/read-wire.ts';

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

describe('a conversation over the responses API', () => {
  const own = (value: string) => ({ wire: 'openai-responses', value }) as const;

  function send(
    changes: Partial<Conversation>,
    model = 'gpt-5',
  ): { body: Record<string, unknown>; dropped: readonly string[]; refused: string | undefined } {
    const losses = new Losses('lenient', 'OpenAI');
    const conversation = { ...EMPTY_CONVERSATION, ...changes };
    const wire = connect('openai', { api: 'responses' }).chat;
    const encoded = wire?.encodeRequest(wireRequest(model, { conversation, losses }));
    const settled = losses.settle();
    return {
      body: encoded?.ok ? JSON.parse(Buffer.from(encoded.value.body).toString()) : {},
      dropped: settled.ok ? settled.value : [],
      refused: settled.ok ? undefined : settled.failure.param,
    };
  }

  it('gives encrypted reasoning back, and leaves out what other vendors thought', () => {
    const messages: Message[] = [
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'one', isSummary: true, id: 'rs_1' },
          { type: 'reasoning', text: 'two', isSummary: true, id: 'rs_1', signature: own('enc') },
          { type: 'reasoning', text: 'x', signature: { wire: 'anthropic', value: 's' } },
          { type: 'text', text: 'hm' },
          { type: 'tool-call', id: 'c', name: 'f', argumentsText: '{}', kind: 'function' },
        ],
      },
      {
        role: 'tool',
        parts: [
          {
            type: 'tool-result',
            callId: 'c',
            kind: 'function',
            parts: [
              { type: 'text', text: 'see' },
              { type: 'image', source: { kind: 'data', mediaType: 'image/png', base64: 'AA' } },
            ],
          },
        ],
      },
    ];
    const { body, dropped } = send({ messages });
    expect(body).toMatchObject({
      store: false,
      include: ['reasoning.encrypted_content'],
      input: [
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [
            { type: 'summary_text', text: 'one' },
            { type: 'summary_text', text: 'two' },
          ],
          encrypted_content: 'enc',
        },
        { role: 'assistant', content: [{ type: 'output_text', text: 'hm' }] },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        {
          type: 'function_call_output',
          call_id: 'c',
          output: [
            { type: 'input_text', text: 'see' },
            { type: 'input_image', image_url: 'data:image/png;base64,AA' },
          ],
        },
      ],
    });
    expect(dropped).toEqual(['messages[].reasoning_content']);
  });

  it('asks no model for encrypted reasoning that has none', () => {
    expect(send({}, 'gpt-4.1-mini').body).not.toHaveProperty('include');
  });

  it('says that functions are not strict unless they are', () => {
    const { body } = send({
      tools: [
        { type: 'function', name: 'f' },
        { type: 'function', name: 'g', strict: true, parameters: {} },
        { type: 'custom', name: 'h', format: { type: 'grammar', grammar: { syntax: 'lark' } } },
        { type: 'server', wire: 'anthropic', kind: 'web_search', name: 'web_search', json: {} },
      ],
      toolChoice: { type: 'allowed', mode: 'auto', names: ['f', 'h'] },
    });
    expect(body.tools).toEqual([
      {
        type: 'function',
        name: 'f',
        parameters: { type: 'object', properties: {} },
        strict: false,
      },
      { type: 'function', name: 'g', parameters: {}, strict: true },
      { type: 'custom', name: 'h', format: { type: 'grammar', syntax: 'lark' } },
      { type: 'web_search' },
    ]);
    expect(body.tool_choice).toEqual({
      type: 'allowed_tools',
      mode: 'auto',
      tools: [
        { type: 'function', name: 'f' },
        { type: 'custom', name: 'h' },
      ],
    });
  });

  it('names what it cannot express', () => {
    const { dropped } = send({
      seed: 1,
      topK: 2,
      frequencyPenalty: 1,
      presencePenalty: 0,
      logitBias: { '1': 1 },
      others: { safety_settings: [] },
    });
    expect(dropped).toEqual([
      'top_k',
      'seed',
      'frequency_penalty',
      'logit_bias',
      'safety_settings',
    ]);
    expect(send({ stop: ['x'] }).refused).toBe('stop');
    expect(send({ candidates: 2 }).refused).toBe('n');
    expect(send({ modalities: ['audio'] }).refused).toBe('modalities');
    const video: Message = {
      role: 'user',
      parts: [{ type: 'video', source: { kind: 'url', url: 'https://v' } }],
    };
    expect(send({ messages: [video] }).refused).toBe('messages[].content[].video_url');
  });
});
