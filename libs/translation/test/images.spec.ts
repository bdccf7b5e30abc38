import type { Dialect } from '@tollgate/contracts';
import { type ClientRequest, PROVIDERS } from '@tollgate/providers';
import OpenAI from 'openai';
import { callWire } from '../src/index.ts';

const PNG = 'iVBORw0KGgo=';

function googleWire(request: ClientRequest, policy: 'strict' | 'lenient') {
  const connected = PROVIDERS.google.connect({
    baseUrl: 'https://generativelanguage.googleapis.com',
    config: {},
    credential: 'key',
  });
  if (!connected.ok) throw new Error(connected.failure.internal);
  const wire = callWire(connected.value, request, { policy, provider: 'google', nowS: () => 17 });
  if (!wire.ok) throw new Error(wire.failure.message);
  return wire.value;
}

const requestOf = (body: object, dialect: Dialect = 'openai-images'): ClientRequest => ({
  dialect,
  operation: 'images',
  body: Buffer.from(JSON.stringify(body)),
  stream: false,
  usageAsked: true,
  modelAsked: null,
  outputCap: null,
});

const answerOf = (answer: object): Buffer => Buffer.from(JSON.stringify(answer));

describe('images of Gemini for OpenAI’s clients', () => {
  it('guarantees that the picture, the prompt and the tokens come across', async () => {
    const request = requestOf({ prompt: 'a cat', size: '1024x1024', n: 1 });
    const wire = googleWire(request, 'strict');
    const encoded = wire.encodeRequest(request, 'gemini-2.5-flash-image');
    if (!encoded.ok) throw new Error(encoded.failure.message);
    expect(encoded.value.path).toBe('/v1beta/models/gemini-2.5-flash-image:generateContent');
    expect(JSON.parse(Buffer.from(encoded.value.body).toString())).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'a cat' }] }],
      generationConfig: { responseModalities: ['IMAGE'], imageConfig: { aspectRatio: '1:1' } },
    });
    const parts = [
      { inlineData: { mimeType: 'image/png', data: 'c2tldGNo' }, thought: true },
      { inlineData: { mimeType: 'image/png', data: PNG } },
    ];
    const decoded = wire.decodeResponse(
      request,
      answerOf({
        candidates: [{ content: { parts }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1290, totalTokenCount: 1293 },
      }),
    );
    if (!decoded.ok) throw new Error(decoded.failure.internal);
    expect(decoded.facts.usage).toMatchObject({ inputTokens: 3, outputTokens: 1290 });
    const headers = { 'content-type': decoded.contentType ?? 'application/json' };
    const sdk = new OpenAI({
      apiKey: 'key',
      fetch: async () => new Response(decoded.body, { headers }),
    });
    const read = await sdk.images.generate({ prompt: 'a cat' });
    expect(read).toMatchObject({
      created: 17,
      data: [{ b64_json: PNG }],
      usage: { input_tokens: 3, output_tokens: 1290, total_tokens: 1293 },
    });
  });

  it.each([
    [{ n: 2 }, 'n'],
    [{ response_format: 'url' }, 'response_format'],
    [{ size: '512x512' }, 'size'],
    [{ quality: 'hd' }, 'quality'],
    [{ moderation: 'low' }, 'moderation'],
  ])('guarantees that %j is refused by name where nothing may be lost', (fields, param) => {
    const request = requestOf({ prompt: 'a cat', ...fields });
    const encoded = googleWire(request, 'strict').encodeRequest(request, 'm');
    expect(encoded).toMatchObject({
      ok: false,
      failure: { code: 'request.unsupported_by_provider', param },
    });
  });

  it('guarantees that what is dropped or comes near is named', () => {
    const request = requestOf(
      { prompt: 'a cat', size: '1792x1024', user: 'u', metadata: { a: 'b' } },
      'tollgate-image',
    );
    const encoded = googleWire(request, 'lenient').encodeRequest(request, 'm');
    expect(encoded).toMatchObject({ ok: true, value: { droppedParams: ['size', 'user'] } });
  });

  it.each([
    [{ candidates: [{ finishReason: 'IMAGE_SAFETY' }] }, 'provider.content_filtered'],
    [{ promptFeedback: { blockReason: 'SAFETY' } }, 'provider.content_filtered'],
    [
      { candidates: [{ content: { parts: [{ text: 'no' }] }, finishReason: 'STOP' }] },
      'provider.invalid_answer',
    ],
  ])('guarantees that %j is told as a failure', (answer, code) => {
    const request = requestOf({ prompt: 'a cat' });
    const wire = googleWire(request, 'lenient');
    wire.encodeRequest(request, 'm');
    expect(wire.decodeResponse(request, answerOf(answer))).toMatchObject({
      ok: false,
      failure: { code },
    });
  });
});
