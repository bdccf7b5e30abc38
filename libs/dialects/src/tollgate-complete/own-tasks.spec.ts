import { CHAT_CODECS } from '../chat-codecs.ts';
import type { Dialect } from '../dialect.ts';
import { openaiCompletions } from '../openai-completions/openai-completions.dialect.ts';
import { tollgateVision } from '../tollgate-vision/tollgate-vision.dialect.ts';
import { tollgateComplete } from './tollgate-complete.dialect.ts';

const parse = (dialect: Dialect, body: unknown): ReturnType<Dialect['parse']> =>
  dialect.parse(Buffer.from(JSON.stringify(body)));

describe('complete', () => {
  it('takes a prompt and leaves the response profile to the gateway', () => {
    const body = { prompt: 'Say hi', max_tokens: 5, stream: true, response_profile: 'fast' };
    const parsed = parse(tollgateComplete, body);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        profile: {
          ...{ operation: 'chat', modelAsked: null, outputCap: 5, stream: true },
          ...{ responseProfile: 'fast', capabilities: [] },
        },
      },
    });
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const sent = JSON.parse(Buffer.from(parsed.value.body).toString());
    expect(sent).toEqual({ prompt: 'Say hi', max_tokens: 5, stream: true });
  });

  it('is one message of a user, without what is for the record alone', () => {
    const decoded = CHAT_CODECS['tollgate-complete'].decodeRequest({
      prompt: 'Say hi',
      temperature: 1,
      metadata: { a: 'b' },
    });
    expect(decoded).toEqual({
      ok: true,
      value: {
        messages: [{ role: 'user', parts: [{ type: 'text', text: 'Say hi' }] }],
        ...{ temperature: 1, others: {}, origin: 'openai-chat' },
      },
    });
  });

  it.each([
    [{ prompt: 'x', model: 'm' }, 'request.field_not_allowed', 'model'],
    [{ prompt: 'x', messages: [] }, 'request.field_not_allowed', 'messages'],
    [{ prompt: '' }, 'request.validation_error', 'prompt'],
    [{ prompt: ['x'] }, 'request.validation_error', 'prompt'],
    [{ prompt: 'x', temperature: 3 }, 'request.validation_error', 'temperature'],
    [{ prompt: 'x', response_profile: 'odd' }, 'request.validation_error', 'response_profile'],
  ])('refuses %j', (body, code, param) => {
    expect(parse(tollgateComplete, body)).toMatchObject({ ok: false, failure: { code, param } });
  });
});

describe('vision', () => {
  const messages = [
    {
      role: 'user',
      content: [{ type: 'image_url', image_url: { url: 'https://a.example/i.png' } }],
    },
  ];

  it('always asks for a model that sees', () => {
    for (const said of [messages, [{ role: 'user', content: 'And now?' }]])
      expect(parse(tollgateVision, { messages: said })).toMatchObject({
        ok: true,
        value: { profile: { capabilities: ['vision'] } },
      });
  });

  it('refuses what the route decides', () => {
    expect(parse(tollgateVision, { messages, route: 'r' })).toMatchObject({
      failure: { code: 'request.field_not_allowed', param: 'route' },
    });
  });
});

describe('completions', () => {
  it.each([
    [{ prompt: 'x' }, 1],
    [{ prompt: ['a', 'b'], n: 2 }, 4],
    [{ prompt: 'x', n: 1, best_of: 3 }, 3],
    [{ prompt: [1, 2, 3] }, 1],
    [{ prompt: [[1], [2]], n: null }, 2],
  ])('counts what %j generates', (body, choices) => {
    expect(parse(openaiCompletions, { model: 'm', ...body })).toMatchObject({
      ok: true,
      value: { profile: { choices, modelAsked: 'm', operation: 'chat' } },
    });
  });

  it.each([
    [{}, 'prompt'],
    [{ prompt: {} }, 'prompt'],
    [{ prompt: 'x', model: '' }, 'model'],
    [{ prompt: 'x', logprobs: 99 }, 'logprobs'],
    [{ prompt: 'x', echo: 1 }, 'echo'],
    [{ prompt: 'x', max_tokens: 0 }, 'max_tokens'],
  ])('refuses %j', (body, param) => {
    expect(parse(openaiCompletions, body)).toMatchObject({
      failure: { code: 'request.validation_error', param },
    });
  });

  it.each([
    [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ prompt: [1, 2] }, 'prompt'],
    [{ prompt: 'a', suffix: 'b' }, 'suffix'],
    [{ prompt: 'a', best_of: 2 }, 'best_of'],
    [{ prompt: 'a', echo: true, logprobs: 1 }, 'echo'],
  ])('cannot go over to chat with %j', (body, param) => {
    expect(CHAT_CODECS['openai-completions'].decodeRequest(body)).toMatchObject({
      failure: { code: 'request.unsupported_by_provider', param },
    });
  });

  it('goes over to chat with probabilities', () => {
    const decoded = CHAT_CODECS['openai-completions'].decodeRequest({ prompt: ['a'], logprobs: 2 });
    expect(decoded).toMatchObject({ value: { logprobs: true, topLogprobs: 2, others: {} } });
  });
});
