import { failure } from '@tollgate/contracts';
import fc from 'fast-check';
import type { Dialect } from '../dialect.ts';
import { geminiEmbed } from '../gemini-embed/gemini-embed.dialect.ts';
import { openaiEmbeddings } from '../openai-embeddings/openai-embeddings.dialect.ts';
import { openaiImages } from '../openai-images/openai-images.dialect.ts';
import { openaiModeration } from '../openai-moderation/openai-moderation.dialect.ts';
import { openaiSpeech } from '../openai-speech/openai-speech.dialect.ts';
import { openaiTranscription } from '../openai-transcription/openai-transcription.dialect.ts';
import { profileClassKey } from '../profile/request-profile.ts';
import { tollgateImage } from '../tollgate-image/tollgate-image.dialect.ts';

const JSON_DIALECTS = {
  openaiEmbeddings,
  openaiImages,
  openaiModeration,
  openaiSpeech,
  geminiEmbed,
  tollgateImage,
} satisfies Record<string, Dialect>;
type Name = keyof typeof JSON_DIALECTS;

const parse = (name: Name, body: unknown) =>
  JSON_DIALECTS[name].parse(Buffer.from(JSON.stringify(body)), { model: 'm', stream: false });

const CONTENT = { parts: [{ text: 'a' }] };

describe('operations beside chat', () => {
  it.each<[Name, object, object]>([
    [
      'openaiEmbeddings',
      { model: 'e', input: ['a', 'b'], user: 'u' },
      {
        operation: 'embeddings',
        capabilities: ['embeddings'],
        modelAsked: 'e',
        outputCap: 0,
        endUser: 'u',
      },
    ],
    ['openaiEmbeddings', { input: [[1, 2], [3]] }, { modelAsked: null, choices: 1 }],
    [
      'openaiImages',
      { prompt: 'a', n: 3, stream: true },
      { operation: 'images', capabilities: ['images'], choices: 3, stream: true, outputCap: null },
    ],
    [
      'openaiSpeech',
      { input: 'a', voice: 'v', stream_format: 'sse' },
      { operation: 'speech', capabilities: ['speech'], stream: true },
    ],
    [
      'openaiModeration',
      { input: 'a' },
      { operation: 'moderation', capabilities: ['moderation'], outputCap: 0 },
    ],
    [
      'geminiEmbed',
      { content: CONTENT },
      { operation: 'embeddings', capabilities: ['embeddings'], modelAsked: 'm' },
    ],
    ['geminiEmbed', { requests: [{ content: CONTENT }] }, { operation: 'embeddings' }],
    [
      'tollgateImage',
      { prompt: 'a', size: '1024x1024', metadata: { a: 'b' }, response_profile: 'fast' },
      { operation: 'images', modelAsked: null, metadata: { a: 'b' }, responseProfile: 'fast' },
    ],
  ])('guarantees what %s needs for %j', (name, body, expected) => {
    expect(parse(name, body)).toMatchObject({ ok: true, value: { profile: expected } });
  });

  it.each<[Name, object, string]>([
    ['openaiEmbeddings', {}, 'input'],
    ['openaiEmbeddings', { input: '' }, 'input'],
    ['openaiEmbeddings', { input: [] }, 'input'],
    ['openaiEmbeddings', { input: ['a', 1] }, 'input'],
    ['openaiEmbeddings', { input: [[1], []] }, 'input'],
    ['openaiEmbeddings', { input: 'a', model: 'é' }, 'model'],
    ['openaiEmbeddings', { input: 'a', dimensions: 0 }, 'dimensions'],
    ['openaiImages', { prompt: '' }, 'prompt'],
    ['openaiImages', { prompt: 'a', n: 0 }, 'n'],
    ['openaiImages', { prompt: 'a', stream: 'yes' }, 'stream'],
    ['openaiSpeech', {}, 'input'],
    ['openaiModeration', { input: [] }, 'input'],
    ['openaiModeration', { input: ['a', {}] }, 'input'],
    ['geminiEmbed', {}, 'content'],
    ['geminiEmbed', { requests: [] }, 'requests'],
    ['geminiEmbed', { requests: [{ content: CONTENT }, {}] }, 'requests[1].content'],
    ['tollgateImage', {}, 'prompt'],
    ['tollgateImage', { prompt: 'a', response_profile: 'slow' }, 'response_profile'],
    ['tollgateImage', { prompt: 'a', metadata: { a: 1 } }, 'metadata'],
  ])('guarantees that %s refuses %j by the field’s name', (name, body, param) => {
    expect(parse(name, body)).toMatchObject({
      ok: false,
      failure: { code: 'request.validation_error', param },
    });
  });

  it.each(['model', 'provider', 'route', 'policy', 'quality', 'constructor'])(
    'guarantees that Tollgate’s own images take no %s',
    (field) => {
      expect(parse('tollgateImage', { prompt: 'a', [field]: 'x' })).toMatchObject({
        ok: false,
        failure: { code: 'request.field_not_allowed', param: field },
      });
    },
  );

  it('guarantees that only what was meant for Tollgate leaves the body', () => {
    const parsed = parse('tollgateImage', { prompt: 'a', response_profile: 'deep', n: 1 });
    expect(parsed.ok && Buffer.from(parsed.value.body).toString()).toBe('{"prompt":"a","n":1}');
    const bytes = Buffer.from('{ "input":["é"],  "future": 1.0 }');
    const passed = openaiEmbeddings.parse(bytes);
    expect(passed.ok && passed.value.body).toBe(bytes);
  });

  it('guarantees that plans of one operation are not used for another', () => {
    const keys = (['openaiEmbeddings', 'openaiModeration', 'openaiSpeech'] as const).map((name) => {
      const parsed = parse(name, { input: 'a' });
      return parsed.ok && profileClassKey(parsed.value.profile, null);
    });
    expect(new Set(keys).size).toBe(3);
  });

  it('guarantees that any JSON gets an answer', () => {
    const fields = ['input', 'prompt', 'model', 'n', 'requests', 'content', 'metadata', 'stream'];
    const body = fc.record(Object.fromEntries(fields.map((key) => [key, fc.jsonValue()])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(JSON_DIALECTS)), body, (name, value) => {
        const dialect = Object.entries(JSON_DIALECTS).find(([one]) => one === name)?.[1];
        const parsed = dialect?.parse(Buffer.from(JSON.stringify(value)));
        if (parsed && !parsed.ok) expect(parsed.failure.code).toMatch(/^request\./);
      }),
      { numRuns: 500 },
    );
  });
});

describe('transcriptions', () => {
  const TYPE = 'multipart/form-data; boundary=b';
  const part = (name: string, value: string, file = ''): string =>
    `--b\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
  const AUDIO = part('file', 'RIFF'.repeat(10_000), '; filename="a.wav"');
  const form = (...parts: readonly string[]): Buffer => Buffer.from(`${parts.join('')}--b--\r\n`);

  it('guarantees that the form says what is needed, and passes as it came', () => {
    const bytes = form(part('model', 'whisper-1'), AUDIO, part('stream', 'true'));
    const parsed = openaiTranscription.parse(bytes, undefined, TYPE);
    if (!parsed.ok) throw new Error(parsed.failure.message);
    expect(parsed.value.body).toBe(bytes);
    expect(parsed.value.profile).toMatchObject({
      operation: 'transcription',
      capabilities: ['transcription'],
      modelAsked: 'whisper-1',
      stream: true,
    });
    // Sound is no text: 40,000 bytes of it are not 10,000 tokens.
    expect(parsed.value.profile.inputTokensEstimate).toBeLessThan(300);
    expect(parsed.value.profile.inputTokensBound).toBeGreaterThan(1_000);
  });

  it.each([
    [form(part('model', 'whisper-1')), TYPE, 'file'],
    [form(AUDIO, part('model', 'é')), TYPE, 'model'],
    [form(AUDIO, part('stream', 'yes')), TYPE, 'stream'],
    [form(AUDIO, part('model', 'a'), part('model', 'b')), TYPE, 'model'],
    [form(AUDIO), 'application/json', undefined],
  ])('guarantees that a form without what is needed is refused (%#)', (bytes, type, param) => {
    const parsed = openaiTranscription.parse(bytes, undefined, type);
    expect(parsed).toMatchObject({ ok: false, failure: { code: 'request.validation_error' } });
    expect(!parsed.ok && parsed.failure.param).toBe(param);
  });
});

describe('failures of operations', () => {
  it.each<[Dialect, RegExp]>([
    [openaiTranscription, /^\{"error":\{"message":"m","type":"invalid_request_error"/],
    [geminiEmbed, /^\{"error":\{"code":400,"message":"m","status":"INVALID_ARGUMENT"/],
    [tollgateImage, /^\{"error":"validation_error","message":"m"/],
  ])('guarantees the shape that the clients read', (dialect, shape) => {
    const refused = failure('request.validation_error', { message: 'm' });
    expect(dialect.renderFailure(refused, { requestId: 'req_1' })).toMatch(shape);
  });
});
