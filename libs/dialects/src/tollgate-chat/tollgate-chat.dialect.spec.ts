import fc from 'fast-check';
import { failure } from '@tollgate/contracts';
import { tollgateChat } from './tollgate-chat.dialect.ts';

const MESSAGES = [{ role: 'user', content: 'hi' }];
const parse = (body: unknown) => tollgateChat.parse(Buffer.from(JSON.stringify(body)));

describe('tollgate-chat', () => {
  it('guarantees that the response profile is read and does not reach the provider', () => {
    const parsed = parse({ response_profile: 'deep', messages: MESSAGES, max_tokens: 9 });
    if (!parsed.ok) throw new Error(parsed.failure.message);
    expect(parsed.value.profile).toMatchObject({
      responseProfile: 'deep',
      modelAsked: null,
      outputCap: 9,
    });
    expect(JSON.parse(Buffer.from(parsed.value.body).toString())).toEqual({
      messages: MESSAGES,
      max_tokens: 9,
    });
  });

  it('guarantees that the profile comes out wherever it stands', () => {
    const others = { messages: MESSAGES, stream: true, user: 'u', temperature: 1 };
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Object.entries(others)),
        fc.nat(4),
        fc.constantFrom('', ' ', '\n'),
        (rest, place, space) => {
          const entries: [string, unknown][] = [
            ['messages', MESSAGES],
            ...rest.filter(([key]) => key !== 'messages'),
          ];
          const expected = Object.fromEntries(entries);
          entries.splice(Math.min(place, entries.length), 0, ['response_profile', 'fast']);
          const text = `{${space}${entries.map(([k, v]) => `"${k}"${space}:${space}${JSON.stringify(v)}${space}`).join(`,${space}`)}}`;
          const parsed = tollgateChat.parse(Buffer.from(text));
          if (!parsed.ok) throw new Error(`${parsed.failure.message}: ${text}`);
          expect(JSON.parse(Buffer.from(parsed.value.body).toString())).toEqual(expected);
        },
      ),
    );
  });

  it.each([
    'model',
    'provider',
    'route',
    'policy',
    'prompt',
    'size',
    'foo',
    'stream_options',
    'constructor',
  ])('guarantees that the field %s is refused by name', (field) => {
    const parsed = parse({ messages: MESSAGES, [field]: 'x' });
    expect(parsed).toMatchObject({
      ok: false,
      failure: { code: 'request.field_not_allowed', param: field },
    });
    expect(!parsed.ok && parsed.failure.message).toContain(`"${field}"`);
  });

  it.each([
    [{ messages: MESSAGES, response_profile: 'slow' }, 'response_profile'],
    [{ messages: MESSAGES, temperature: 'hot' }, 'temperature'],
    [{ messages: MESSAGES, max_tokens: 0 }, 'max_tokens'],
    [{ stream: true }, 'messages'],
  ])('guarantees that %j is refused, naming %s', (body, param) => {
    expect(parse(body)).toMatchObject({
      ok: false,
      failure: { code: 'request.validation_error', param },
    });
  });

  it('guarantees its own shape of failures, and an upgrade where a plan is at its limit alone', () => {
    const render = (code: Parameters<typeof failure>[0]) =>
      JSON.parse(
        tollgateChat.renderFailure(failure(code, { message: 'm' }), { requestId: 'req_1' }),
      );
    expect(render('budget.exceeded')).toEqual({
      error: 'budget_exceeded',
      message: 'm',
      code: 'budget_exceeded',
      request_id: 'req_1',
    });
    expect(render('budget.managed_limit')).toMatchObject({
      error: 'free_managed_limit_reached',
      upgrade_required: true,
      upgrade_to: 'byok',
    });
  });
});
