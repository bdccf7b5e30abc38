import { failure } from '@tollgate/contracts';
import { openaiResponses } from './openai-responses.dialect.ts';

function parse(body: object | string): ReturnType<typeof openaiResponses.parse> {
  return openaiResponses.parse(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
}

function profile(body: object): unknown {
  const parsed = parse(body);
  return parsed.ok ? parsed.value.profile : parsed.failure;
}

const item = (part: object): object => ({ input: [{ role: 'user', content: [part] }] });

describe('a request in OpenAI responses', () => {
  it('passes as it is, with its profile', () => {
    const body = '{ "model": "a/b", "input": "x", "new_field": 1.0, "stream": true }';
    expect(parse(body)).toMatchObject({
      ok: true,
      value: {
        body: Buffer.from(body),
        profile: {
          operation: 'chat',
          modelAsked: 'a/b',
          capabilities: [],
          stream: true,
          outputCap: null,
          choices: 1,
          endUser: null,
        },
      },
    });
  });

  it.each([
    [item({ type: 'input_image', image_url: 'https://x/y.png' }), ['vision']],
    [item({ type: 'input_file', file_id: 'f' }), ['documents']],
    [item({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }), ['audio']],
    [
      {
        input: [{ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image' }] }],
      },
      ['vision'],
    ],
    [{ input: 'x', tools: [{ type: 'web_search' }] }, ['tools']],
    [{ input: 'x', text: { format: { type: 'json_schema', schema: {} } } }, ['json_schema']],
    [{ input: 'x', reasoning: { effort: 'low' } }, ['reasoning']],
    [{ input: 'x', reasoning: { effort: 'none' }, tools: [], text: {} }, []],
  ])('%j needs %j', (body, capabilities) => {
    expect(profile(body)).toMatchObject({ capabilities });
  });

  it('has no bound of its own where a provider keeps a part of it', () => {
    for (const stored of [
      { previous_response_id: 'resp_1' },
      { conversation: 'conv_1' },
      { prompt: { id: 'pmpt_1' } },
      { input: [{ type: 'item_reference', id: 'msg_1' }] },
    ]) {
      const { inputTokensBound } = Object(profile({ input: 'x', ...stored }));
      expect(inputTokensBound).toBeGreaterThan(1_000_000);
    }
    expect(profile({ previous_response_id: 'resp_1' })).toMatchObject({ operation: 'chat' });
  });

  it('does not count embedded media as text', () => {
    const image = item({
      type: 'input_image',
      image_url: `data:image/png;base64,${'A'.repeat(4e5)}`,
    });
    const { inputTokensEstimate } = Object(profile(image));
    expect(inputTokensEstimate).toBeLessThan(2_000);
  });

  it('tells the caps, the end user and the metadata', () => {
    expect(
      profile({
        input: 'x',
        max_output_tokens: 9,
        safety_identifier: 'u1',
        metadata: { a: 'b' },
      }),
    ).toMatchObject({ outputCap: 9, endUser: 'u1', metadata: { a: 'b' } });
  });

  it.each([
    [{}, 'input'],
    [{ input: [] }, 'input'],
    [{ input: 7 }, 'input'],
    [{ input: ['x'] }, 'input[0]'],
    [{ input: 'x', model: 7 }, 'model'],
    [{ input: 'x', stream: 'yes' }, 'stream'],
    [{ input: 'x', store: 'no' }, 'store'],
    [{ input: 'x', tools: {} }, 'tools'],
    [{ input: 'x', text: 'plain' }, 'text'],
    [{ input: 'x', reasoning: 'high' }, 'reasoning'],
    [{ input: 'x', max_output_tokens: 0 }, 'max_output_tokens'],
    [{ input: 'x', metadata: { a: 1 } }, 'metadata'],
    ['{"input":"x","model":"a","model":"b"}', 'model'],
  ])('%j is refused, naming %s', (body, param) => {
    expect(parse(body)).toMatchObject({
      ok: false,
      failure: { code: 'request.validation_error', param },
    });
  });
});

describe('a failure in OpenAI responses', () => {
  const reason = failure('provider.interrupted', { internal: 'secret' });

  it('has the documented fields and the object that SDKs throw on', () => {
    const frame = openaiResponses.renderStreamFailure(reason, { requestId: 'req_1' });
    expect(frame).toMatch(/^event: error\ndata: \{.*\}\n\n$/);
    const data = JSON.parse(frame.slice(frame.indexOf('{')));
    expect(data).toEqual({
      type: 'error',
      sequence_number: 0,
      code: 'upstream_interrupted',
      message: reason.message,
      param: null,
      error: {
        message: reason.message,
        type: 'server_error',
        param: null,
        code: 'upstream_interrupted',
        request_id: 'req_1',
      },
    });
    expect(frame).not.toContain('secret');
  });
});
