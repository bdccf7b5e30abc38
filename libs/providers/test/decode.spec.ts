import type { ProviderSlug } from '@tollgate/contracts';
import type { ClientRequest, ProviderConnection } from '../src/provider.ts';
import { defaultBaseUrl, PROVIDERS } from '../src/provider-registry.ts';
import { stream } from '../src/provider.contract.ts';

const CREDENTIAL = 'key-0123456789';

function connect(slug: ProviderSlug): ProviderConnection {
  const baseUrl = defaultBaseUrl(slug) ?? 'https://x';
  const connected = PROVIDERS[slug].connect({ baseUrl, config: {}, credential: CREDENTIAL });
  if (!connected.ok) throw new Error(connected.failure.internal);
  return connected.value;
}

const request: ClientRequest = {
  dialect: 'openai-chat',
  operation: 'chat',
  body: Buffer.from('{}'),
  stream: false,
  usageAsked: false,
  modelAsked: 'm',
  outputCap: null,
};

function usageOf(slug: ProviderSlug, usage: unknown): unknown {
  const body = Buffer.from(JSON.stringify({ choices: [{}], usage }));
  const decoded = connect(slug).decodeResponse(request, body);
  return decoded.ok ? decoded.facts.usage : decoded.failure;
}

describe('usage', () => {
  it('counts cached, written, audio and reasoning tokens as parts', () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 10, audio_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 3 },
    };
    expect(usageOf('openai', usage)).toEqual({
      inputTokens: 100,
      cachedInputTokens: 40,
      cacheWriteTokens: 10,
      cacheWrite1hTokens: 0,
      inputAudioTokens: 5,
      outputTokens: 50,
      reasoningTokens: 20,
      outputAudioTokens: 3,
    });
  });

  it("adds xAI's reasoning to the output, on its own host and on others", () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 115,
      completion_tokens_details: { reasoning_tokens: 100 },
    };
    for (const slug of ['xai', 'azure', 'gateway'] as const)
      expect(usageOf(slug, usage)).toMatchObject({ outputTokens: 105, reasoningTokens: 100 });
    expect(usageOf('xai', { ...usage, total_tokens: undefined })).toMatchObject({
      outputTokens: 105,
    });
  });

  it("reads DeepSeek's cache hits", () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, prompt_cache_hit_tokens: 8 };
    expect(usageOf('deepseek', usage)).toMatchObject({ inputTokens: 10, cachedInputTokens: 8 });
  });

  it.each([
    [undefined],
    [null],
    [{}],
    ['many'],
    [{ prompt_tokens: -1, completion_tokens: 5 }],
    [{ prompt_tokens: 1.5, completion_tokens: 5 }],
    [{ prompt_tokens: 5, completion_tokens: 1e300 }],
    [{ prompt_tokens: '5', completion_tokens: 5 }],
  ])('is unknown rather than wrong: %j', (usage) => {
    expect(usageOf('openai', usage)).toBeNull();
  });

  it('cuts parts that do not fit', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 400, cache_write_tokens: 10, audio_tokens: -1 },
      completion_tokens_details: { reasoning_tokens: 20 },
    };
    expect(usageOf('openrouter', usage)).toMatchObject({
      cachedInputTokens: 10,
      cacheWriteTokens: 0,
      inputAudioTokens: 0,
      outputTokens: 5,
      reasoningTokens: 5,
    });
  });

  it("takes OpenRouter's own cost, exactly, unless the caller's own key was used there", () => {
    const cost = (usage: object): unknown => {
      const body = Buffer.from(JSON.stringify({ choices: [], usage }));
      const decoded = connect('openrouter').decodeResponse(request, body);
      return decoded.ok ? decoded.facts.reportedCostPicoUsd : undefined;
    };
    expect(cost({ cost: 0.00014675 })).toBe(146_750_000n);
    expect(cost({ cost: 1.5e-7 })).toBe(150_000n);
    expect(cost({ cost: 0.5, is_byok: true })).toBeNull();
    expect(cost({ cost: -1 })).toBeNull();
  });
});

describe('a stream', () => {
  const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
  const text = data({ choices: [{ delta: { content: 'a' }, finish_reason: null }] });
  const read = (events: string, slug: ProviderSlug = 'groq', sizes?: number[]) =>
    stream(connect(slug), { ...request, stream: true }, Buffer.from(events), sizes);

  it("takes usage from Groq's own place", () => {
    const last = data({
      choices: [{ delta: {}, finish_reason: 'stop' }],
      x_groq: { usage: { prompt_tokens: 7, completion_tokens: 3 } },
    });
    expect(read(`${text}${last}data: [DONE]\n\n`)).toMatchObject({
      phase: 'finished',
      given: text + last,
      usage: { inputTokens: 7, outputTokens: 3 },
    });
  });

  it('takes the last of several usages', () => {
    const usage = (n: number): string =>
      data({ choices: [{ delta: {} }], usage: { prompt_tokens: n, completion_tokens: n } });
    expect(read(`${usage(1)}${usage(2)}data: [DONE]\n\n`).usage).toMatchObject({ inputTokens: 2 });
  });

  it.each([
    [
      'event: error\ndata: {"error":{"message":"Over capacity","code":"over_capacity"}}\n\n',
      'provider.server_error',
    ],
    [
      'data: {"error":{"message":"x","code":429},"choices":[{"finish_reason":"error"}]}\n\n',
      'provider.rate_limited',
    ],
    ['data: {"error":{"code":"content_filter"}}\n\n', 'provider.content_filtered'],
    ['event: error\ndata: upstream gone\n\n', 'provider.server_error'],
    ['data: {"choices": oops\n\n', 'provider.invalid_answer'],
    ['<html>bad gateway</html>\n\n', 'provider.invalid_answer'],
    ['data: [1,2]\n\n', 'provider.invalid_answer'],
  ])('fails at %j, after what came before it', (event, code) => {
    const rest = `${text}data: [DONE]\n\n`;
    for (const size of [1, 1_000])
      expect(read(text + event + rest, 'groq', [size])).toMatchObject({
        phase: 'failed',
        code,
        given: text,
        tail: '',
      });
  });

  it('promises nothing while only comments came', () => {
    expect(read(': OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n')).toMatchObject({
      given: '',
      code: 'provider.interrupted',
    });
    const events = `: OPENROUTER PROCESSING\n\n${text}`;
    expect(read(events).given).toBe(events);
  });

  it('refuses an event that never ends', () => {
    const line = `data: {"a":"${'x'.repeat(11 * 1024 * 1024)}`;
    expect(read(line, 'openai', [65_536])).toMatchObject({ code: 'provider.invalid_answer' });
  });

  it('takes any line ends', () => {
    const events = `${text}${data({ choices: [{ finish_reason: 'stop' }] })}data: [DONE]\n\n`;
    for (const ends of ['\r\n', '\r', '\n'])
      for (const size of [1, 2, 3, 1_000]) {
        const variant = events.replaceAll('\n', ends);
        const seen = read(variant, 'openai', [size]);
        expect(seen).toMatchObject({ phase: 'finished', finishReason: 'stop' });
        expect(seen.given + seen.tail).toBe(variant);
      }
  });
});

describe('a refusal', () => {
  const refuse = (
    status: number,
    error: unknown,
    headers: Record<string, string> = {},
    nowMs = 0,
  ) => {
    const body = Buffer.from(JSON.stringify({ error }));
    return connect('openai').decodeFailure({ status, headers, body }, nowMs);
  };

  it.each<[number, unknown, string]>([
    [401, {}, 'provider.rejected_credentials'],
    [403, {}, 'provider.rejected_credentials'],
    [403, { metadata: { reasons: ['violence'] } }, 'provider.content_filtered'],
    [402, {}, 'provider.credits_exhausted'],
    [429, {}, 'provider.rate_limited'],
    [429, { code: 'insufficient_quota' }, 'provider.credits_exhausted'],
    [408, {}, 'provider.timeout'],
    [404, { code: 'model_not_found' }, 'provider.unknown_model'],
    [400, { code: 'context_length_exceeded' }, 'provider.context_too_long'],
    [400, { message: "This model's maximum context length is 5" }, 'provider.context_too_long'],
    [400, { code: 'content_filter' }, 'provider.content_filtered'],
    [400, { innererror: { code: 'ResponsibleAIPolicyViolation' } }, 'provider.content_filtered'],
    [400, {}, 'provider.bad_request'],
    [422, {}, 'provider.bad_request'],
    [500, {}, 'provider.server_error'],
    [502, {}, 'provider.server_error'],
    [503, {}, 'provider.overloaded'],
    [529, {}, 'provider.overloaded'],
    [504, {}, 'provider.timeout'],
    [302, {}, 'provider.misconfigured'],
  ])('%i %j is %s', (status, error, code) => {
    expect(refuse(status, error).code).toBe(code);
  });

  it('reads Retry-After in seconds, milliseconds or as a date', () => {
    const wait = (headers: Record<string, string>) => refuse(429, {}, headers, 1_000).retryAfterMs;
    expect(wait({ 'retry-after': '2' })).toBe(2_000);
    expect(wait({ 'retry-after-ms': '150', 'retry-after': '1' })).toBe(150);
    expect(wait({ 'retry-after': new Date(31_000).toUTCString() })).toBe(30_000);
    expect(wait({ 'retry-after': new Date(0).toUTCString() })).toBe(0);
    expect(wait({ 'retry-after': 'soon' })).toBeUndefined();
    expect(wait({})).toBeUndefined();
  });

  it('tells the caller no more than a field and a code', () => {
    const error = {
      message: 'Your prompt "my secret plan" is bad',
      param: 'messages[0].content',
      code: 'invalid_value',
    };
    expect(refuse(400, error)).toMatchObject({
      param: 'messages[0].content',
      message:
        'The provider refused the request as not valid (invalid_value: messages[0].content).',
    });
    const odd = refuse(400, { ...error, param: 'my secret plan', code: 'My Secret' });
    expect(odd.param).toBeUndefined();
    expect(odd.message).toBe('The provider refused the request as not valid.');
    expect(refuse(401, error).message).toBe('Provider rejected the API key.');
  });

  it('keeps the credential out of the internal text as well', () => {
    const { internal } = refuse(401, { message: `bad ${CREDENTIAL} and Bearer abc.def` });
    expect(internal).toContain('HTTP 401');
    expect(internal).not.toContain(CREDENTIAL);
    expect(internal).not.toContain('abc.def');
    expect(refuse(400, { message: 'x '.repeat(5_000) }).internal?.length).toBeLessThan(400);
  });
});

describe('a whole answer', () => {
  const decode = (text: string) => connect('openai').decodeResponse(request, Buffer.from(text));

  it.each([
    ['not json', 'provider.invalid_answer'],
    ['[]', 'provider.invalid_answer'],
    ['{}', 'provider.invalid_answer'],
    ['{"error":{"code":429,"message":"x"}}', 'provider.rate_limited'],
    ['{"error":{"message":"x"}}', 'provider.server_error'],
    [`{"a":${'['.repeat(400_000)}`, 'provider.invalid_answer'],
  ])('that is none fails: %.40s', (text, code) => {
    expect(decode(text)).toMatchObject({ ok: false, failure: { code } });
  });
});
