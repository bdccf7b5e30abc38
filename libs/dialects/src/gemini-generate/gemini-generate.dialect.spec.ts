import fc from 'fast-check';
import { failure } from '@tollgate/contracts';
import type { RequestTarget } from '../dialect.ts';
import { geminiGenerate } from './gemini-generate.dialect.ts';

const TARGET: RequestTarget = { model: 'gemini-2.5-flash', stream: false };
const CONTENTS = [{ role: 'user', parts: [{ text: 'hi' }] }];
const parse = (body: unknown, target: RequestTarget | undefined = TARGET) =>
  geminiGenerate.parse(Buffer.from(JSON.stringify(body)), target);

function profileOf(body: unknown, target?: RequestTarget) {
  const parsed = parse(body, target);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value.profile;
}

describe('gemini-generate', () => {
  it('guarantees that the bytes pass as they came', () => {
    const bytes = Buffer.from('{ "contents":[{"parts":[{"text":"é"}]}], "future": 1.0 }');
    const parsed = geminiGenerate.parse(bytes, TARGET);
    expect(parsed.ok && parsed.value.body).toBe(bytes);
  });

  it('guarantees that the URL says the model and whether to stream', () => {
    const profile = profileOf({ contents: CONTENTS }, { model: 'a/b', stream: true });
    expect(profile).toMatchObject({ modelAsked: 'a/b', stream: true, usageAsked: true });
    expect(parse({ contents: CONTENTS }, { model: 'a\nb', stream: true })).toMatchObject({
      ok: false,
      failure: { param: 'model' },
    });
  });

  it.each([
    {
      generationConfig: {
        maxOutputTokens: 50,
        candidateCount: 2,
        responseJsonSchema: {},
        thinkingConfig: { thinkingBudget: -1 },
      },
      tools: [{ functionDeclarations: [] }],
      contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: 'A'.repeat(80_000) } }] }],
    },
    {
      generation_config: {
        max_output_tokens: 50,
        candidate_count: 2,
        response_schema: {},
        thinking_config: { thinking_level: 'low' },
      },
      tools: [{ function_declarations: [] }],
      contents: [{ parts: { inline_data: { mime_type: 'image/png', data: 'A'.repeat(80_000) } } }],
    },
  ])('guarantees that the profile says what the request needs, in either spelling', (body) => {
    const profile = profileOf(body);
    expect(profile).toMatchObject({
      capabilities: ['vision', 'tools', 'json_schema', 'reasoning'],
      outputCap: 50,
      choices: 2,
    });
    expect(profile.inputTokensEstimate).toBeLessThan(1_300);
  });

  it.each([
    ['audio/wav', ['audio']],
    ['video/mp4', ['video']],
    ['application/pdf', ['documents']],
    ['text/plain', []],
  ])('guarantees that a part of %s needs %j', (mimeType, capabilities) => {
    const parts = [{ inlineData: { mimeType, data: 'AAAA' } }];
    expect(profileOf({ contents: [{ parts }] }).capabilities).toEqual(capabilities);
  });

  it.each([
    [{}, 'contents'],
    [{ contents: [] }, 'contents'],
    [{ contents: ['hi'] }, 'contents[0]'],
    [{ contents: [{ parts: 'hi' }] }, 'contents[0].parts'],
    [{ contents: CONTENTS, tools: {} }, 'tools'],
    [{ contents: CONTENTS, generationConfig: [] }, 'generationConfig'],
    [
      { contents: CONTENTS, generationConfig: { maxOutputTokens: 0 } },
      'generationConfig.maxOutputTokens',
    ],
    [
      { contents: CONTENTS, generation_config: { candidate_count: 'x' } },
      'generationConfig.candidateCount',
    ],
  ])('guarantees that %j is refused, naming %s', (body, param) => {
    expect(parse(body)).toMatchObject({
      ok: false,
      failure: { code: 'request.validation_error', param },
    });
  });

  it('guarantees that any bytes get an answer', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)), (bytes) => {
        const parsed = geminiGenerate.parse(bytes, TARGET);
        if (!parsed.ok) expect(parsed.failure.code).toBe('request.validation_error');
      }),
    );
  });

  it('guarantees failures as Google writes them', () => {
    const refused = failure('budget.rate_limited', {
      param: 'contents',
      message: 'slow down',
      retryAfterMs: 1_500,
      internal: 'secret',
    });
    expect(JSON.parse(geminiGenerate.renderFailure(refused, { requestId: 'req_1' }))).toEqual({
      error: {
        code: 429,
        message: 'slow down',
        status: 'RESOURCE_EXHAUSTED',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'rate_limit_exceeded',
            domain: 'tollgate',
            metadata: { requestId: 'req_1' },
          },
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: [{ field: 'contents', description: 'slow down' }],
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2s' },
        ],
      },
    });
  });

  it('guarantees that a failure in a stream is one bare event, whatever its text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const refused = failure('provider.interrupted', { message });
        const text = geminiGenerate.renderStreamFailure(refused, { requestId: 'req_1' });
        const match = /^data: ([^\r\n]*)\r\n\r\n$/.exec(text);
        expect(JSON.parse(match?.[1] ?? '').error).toMatchObject({ message, code: 502 });
      }),
    );
  });
});
