import fc from 'fast-check';
import { failure } from '@tollgate/contracts';
import { anthropicCountTokens, anthropicMessages } from './anthropic-messages.dialect.ts';

const MESSAGES = [{ role: 'user', content: 'hi' }];
const parse = (body: unknown) => anthropicMessages.parse(Buffer.from(JSON.stringify(body)));
const profileOf = (body: object) => {
  const parsed = parse({ max_tokens: 9, messages: MESSAGES, ...body });
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value.profile;
};
const block = (content: unknown) => ({ messages: [{ role: 'user', content: [content] }] });
const png = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
const image = { type: 'image', source: png };

describe('anthropic-messages', () => {
  it('guarantees that the profile says what the body says', () => {
    const body = {
      model: 'claude-x',
      stream: true,
      metadata: { user_id: 'u-1', other: 1 },
      max_tokens: 77,
    };
    expect(profileOf(body)).toMatchObject({
      operation: 'chat',
      modelAsked: 'claude-x',
      stream: true,
      endUser: 'u-1',
      outputCap: 77,
      choices: 1,
      capabilities: [],
    });
    expect(profileOf({}).modelAsked).toBeNull();
  });

  it('guarantees that the bytes pass through as they are', () => {
    const text =
      '{ "max_tokens": 1.0e1, "new": 12345678901234567890, "messages":[{"role":"user"}]}';
    const parsed = anthropicMessages.parse(Buffer.from(text));
    expect(parsed.ok && Buffer.from(parsed.value.body).toString()).toBe(text);
  });

  it.each<[object, string[]]>([
    [block(image), ['vision']],
    [block({ type: 'document', source: { type: 'url', url: 'https://x/a.pdf' } }), ['documents']],
    [block({ type: 'tool_result', tool_use_id: 'a', content: [image] }), ['vision']],
    [
      block({ type: 'document', source: { type: 'content', content: [image] } }),
      ['vision', 'documents'],
    ],
    [{ tools: [{ name: 'f', input_schema: {} }] }, ['tools']],
    [{ thinking: { type: 'adaptive' } }, ['reasoning']],
    [{ thinking: { type: 'disabled' } }, []],
    [{ output_config: { format: { type: 'json_schema', schema: {} } } }, ['json_schema']],
    [{ output_config: { effort: 'low' } }, []],
    [block({ type: 'something_new' }), []],
  ])('guarantees that %j needs %j', (body, expected) => {
    expect(profileOf(body).capabilities).toEqual(expected);
  });

  it('guarantees that an embedded image does not count as text', () => {
    const { inputTokensEstimate, inputTokensBound } = profileOf(
      block({ ...image, source: { ...png, data: 'A'.repeat(8_000) } }),
    );
    expect(inputTokensEstimate).toBeLessThan(1_200);
    expect(inputTokensBound).toBeGreaterThan(5_000);
  });

  it.each<[unknown, string]>([
    [{ max_tokens: 1 }, 'messages'],
    [{ messages: MESSAGES }, 'max_tokens'],
    [{ messages: MESSAGES, max_tokens: null }, 'max_tokens'],
    [{ messages: MESSAGES, max_tokens: 0 }, 'max_tokens'],
    [{ messages: MESSAGES, max_tokens: 1, stream: 'yes' }, 'stream'],
    [{ messages: MESSAGES, max_tokens: 1, model: 'a\nb' }, 'model'],
    [{ messages: MESSAGES, max_tokens: 1, thinking: 'a lot' }, 'thinking'],
    [{ messages: MESSAGES, max_tokens: 1, metadata: { user_id: 7 } }, 'metadata.user_id'],
    [{ messages: MESSAGES, max_tokens: 1, tools: [1] }, 'tools'],
    [{ messages: MESSAGES, max_tokens: 1, system: 7 }, 'system'],
    [{ messages: [{ content: 'x' }], max_tokens: 1 }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: ['x'] }], max_tokens: 1 }, 'messages[0].content'],
  ])('guarantees that %j is refused, naming %s', (body, param) => {
    expect(parse(body)).toMatchObject({
      ok: false,
      failure: { code: 'request.validation_error', param },
    });
  });

  it('guarantees that nothing makes it throw', () => {
    const fields = fc.constantFrom('messages', 'max_tokens', 'system', 'tools', 'metadata', 'x');
    fc.assert(
      fc.property(fc.dictionary(fields, fc.jsonValue()), (body) => {
        expect(typeof parse(body).ok).toBe('boolean');
      }),
    );
  });

  it("guarantees Anthropic's shape of failures, whole and in a stream", () => {
    const rate = failure('budget.rate_limited', { message: 'm' });
    const expected = {
      type: 'error',
      error: { type: 'rate_limit_error', message: 'm', code: 'rate_limit_exceeded' },
      request_id: 'req_1',
    };
    const context = { requestId: 'req_1' };
    expect(JSON.parse(anthropicMessages.renderFailure(rate, context))).toEqual(expected);
    const forged = failure('provider.bad_request', { message: '\n\nevent: message_stop\n\n' });
    const frame = anthropicMessages.renderStreamFailure(forged, context);
    expect(frame).toMatch(/^event: error\ndata: \{.*\}\n\n$/);
    expect(anthropicMessages.renderFailure(failure('routing.exhausted'), context)).toContain(
      '"overloaded_error"',
    );
  });
});

describe('anthropic-count-tokens', () => {
  it('guarantees that no cap is asked for', () => {
    const parsed = anthropicCountTokens.parse(
      Buffer.from(JSON.stringify({ model: 'm', messages: MESSAGES, stream: true })),
    );
    expect(parsed).toMatchObject({
      ok: true,
      value: { profile: { operation: 'count_tokens', outputCap: null, stream: false } },
    });
  });
});
