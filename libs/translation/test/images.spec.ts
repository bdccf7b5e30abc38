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

describe('edits of pictures by Gemini', () => {
  const url = 'https://a.example/cat.png';
  const requestFor = (fields: object, stream = false): ClientRequest => ({
    ...requestOf({ prompt: 'a hat', ...fields }, 'openai-image-edits'),
    stream,
    clientHeaders: { 'content-type': 'application/json' },
  });
  const answer = answerOf({
    candidates: [
      {
        content: { parts: [{ inlineData: { mimeType: 'image/png', data: PNG } }] },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1290, totalTokenCount: 1293 },
  });

  it('guarantees that pictures go along with the prompt, fetched where they stand elsewhere', () => {
    const inline = `data:image/webp;base64,${PNG}`;
    const request = requestFor({ images: [{ image_url: url }, { image_url: inline }] });
    const wire = googleWire(request, 'strict');
    expect(wire.mediaToFetch).toEqual([url]);
    const fetched = new Map([[url, { mediaType: 'image/png', base64: 'QQ==' }]]);
    const encoded = wire.encodeRequest(request, 'gemini-2.5-flash-image', fetched);
    if (!encoded.ok) throw new Error(encoded.failure.message);
    expect(JSON.parse(Buffer.from(encoded.value.body).toString()).contents[0].parts).toEqual([
      { inlineData: { mimeType: 'image/png', data: 'QQ==' } },
      { inlineData: { mimeType: 'image/webp', data: PNG } },
      { text: 'a hat' },
    ]);
  });

  it.each([
    [{ images: [{ file_id: 'file-1' }] }, 'image'],
    [{ images: [{ image_url: `data:,a` }], mask: { image_url: 'data:,a' } }, 'mask'],
  ])('guarantees that %j is refused by name', (fields, param) => {
    const request = requestFor(fields);
    expect(googleWire(request, 'lenient').encodeRequest(request, 'm')).toMatchObject({
      ok: false,
      failure: { code: 'request.unsupported_by_provider', param },
    });
  });

  it.each([
    ['openai-images', {}, 'image_generation.completed'],
    ['openai-image-edits', { images: [{ image_url: 'data:,a' }] }, 'image_edit.completed'],
  ] as const)(
    'guarantees that %s are streamed as the event that completes them',
    (dialect, more, type) => {
      const request: ClientRequest = { ...requestFor({ ...more, stream: true }, true), dialect };
      const wire = googleWire(request, 'strict');
      expect(wire.encodeRequest(request, 'gemini-2.5-flash-image').ok).toBe(true);
      const given: Uint8Array[] = [];
      const decoder = wire.wholeAnswerDecoder?.(request, (bytes) => given.push(bytes));
      decoder?.push(answer);
      decoder?.end();
      expect(given).toEqual([]);
      expect(decoder).toMatchObject({ phase: 'finished', usage: { outputTokens: 1290 } });
      const event = Buffer.from(decoder?.tail ?? []).toString();
      expect(JSON.parse(event.slice(6))).toEqual({
        type,
        b64_json: PNG,
        created_at: 17,
        usage: { input_tokens: 3, output_tokens: 1290, total_tokens: 1293 },
      });
    },
  );
});
