import fc from 'fast-check';
import { openaiTranslationCodec } from '../openai-transcription/openai-transcription.codec.ts';
import { openaiTranslation } from '../openai-transcription/openai-transcription.dialect.ts';
import { openaiImageEditsCodec } from './openai-image-edits.codec.ts';
import { openaiImageEdits } from './openai-image-edits.dialect.ts';

const TYPE = 'multipart/form-data; boundary=b';
const PNG = `\x89PNG\r\n\x1a\n${'x'.repeat(3_000)}`;
const part = (name: string, value: string, file = ''): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
const picture = (name = 'image'): string => part(name, PNG, '; filename="a.png"');
const form = (...parts: readonly string[]): Buffer =>
  Buffer.from(`${parts.join('')}--b--\r\n`, 'latin1');
const PROMPT = part('prompt', 'a hat');

describe('edits of pictures', () => {
  it('guarantees that the form says what is needed, and passes as it came', () => {
    const bytes = form(
      part('model', 'm'),
      PROMPT,
      picture('image[]'),
      picture('image[]'),
      part('n', '2'),
    );
    const parsed = openaiImageEdits.parse(bytes, undefined, TYPE);
    if (!parsed.ok) throw new Error(parsed.failure.message);
    expect(parsed.value.body).toBe(bytes);
    expect(parsed.value.profile).toMatchObject({
      operation: 'images',
      capabilities: ['images'],
      modelAsked: 'm',
      choices: 2,
      stream: false,
    });
    // Two pictures at a thousand each, not six thousand bytes of text.
    expect(parsed.value.profile.inputTokensEstimate).toBeGreaterThan(2_000);
    expect(parsed.value.profile.inputTokensEstimate).toBeLessThan(2_300);
  });

  it('guarantees that JSON may name the pictures', () => {
    const url = `data:image/png;base64,${'A'.repeat(4_000)}`;
    const body = { prompt: 'p', stream: true, images: [{ image_url: url }, { file_id: 'file-1' }] };
    const bytes = Buffer.from(JSON.stringify(body));
    const parsed = openaiImageEdits.parse(bytes, undefined, 'application/json');
    if (!parsed.ok) throw new Error(parsed.failure.message);
    expect(parsed.value.profile).toMatchObject({ stream: true });
    expect(parsed.value.profile.inputTokensEstimate).toBeLessThan(2_300);
    expect(openaiImageEditsCodec.decodeRequest({ body: bytes })).toMatchObject({
      ok: true,
      value: {
        originals: [
          { kind: 'data', mediaType: 'image/png' },
          { kind: 'file', id: 'file-1' },
        ],
      },
    });
  });

  it.each([
    [form(picture()), TYPE, 'prompt'],
    [form(PROMPT), TYPE, 'image'],
    [form(PROMPT, picture(), part('n', 'many')), TYPE, 'n'],
    [form(PROMPT, picture(), part('stream', 'yes')), TYPE, 'stream'],
    [form(PROMPT, picture(), part('size', 'a'), part('size', 'b')), TYPE, 'size'],
    [Buffer.from('{"prompt":"p","images":[]}'), 'application/json', 'image'],
  ])('guarantees that what is missing or wrong is named (%#)', (bytes, type, param) => {
    expect(openaiImageEdits.parse(bytes, undefined, type)).toMatchObject({
      ok: false,
      failure: { code: 'request.validation_error', param },
    });
  });

  it('guarantees that nothing is lost on the way to other vendors', () => {
    const body = form(
      PROMPT,
      picture(),
      part('mask', PNG, '; filename="m.png"'),
      part('size', '1024x1024'),
      part('output_compression', '50'),
      part('response_format', 'b64_json'),
      part('input_fidelity', 'high'),
    );
    const source = {
      kind: 'data',
      mediaType: 'image/png',
      base64: Buffer.from(PNG, 'latin1').toString('base64'),
    };
    expect(openaiImageEditsCodec.decodeRequest({ body, contentType: TYPE })).toEqual({
      ok: true,
      value: {
        prompt: 'a hat',
        originals: [source],
        mask: source,
        size: '1024x1024',
        outputCompression: 50,
        delivery: 'base64',
        others: { input_fidelity: 'high' },
      },
    });
  });

  it.each([[[{}]], [[1]], [[{ image_url: 1 }]]])('guarantees that %j is no picture', (images) => {
    const body = Buffer.from(JSON.stringify({ prompt: 'p', images }));
    expect(openaiImageEditsCodec.decodeRequest({ body })).toMatchObject({
      ok: false,
      failure: { param: 'image' },
    });
  });

  it('guarantees that anything gets an answer', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(TYPE, 'application/json', ''),
        (bytes, type) => {
          openaiImageEdits.parse(bytes, undefined, type);
          openaiTranslation.parse(bytes, undefined, type);
        },
      ),
    );
  });
});

describe('translations of recordings', () => {
  it('guarantees that they go into English', () => {
    const body = form(part('model', 'm'), part('file', 'RIFF', '; filename="a.wav"'));
    expect(openaiTranslation.parse(body, undefined, TYPE)).toMatchObject({
      ok: true,
      value: { profile: { operation: 'transcription', stream: false } },
    });
    expect(openaiTranslationCodec.decodeRequest({ body, contentType: TYPE })).toMatchObject({
      ok: true,
      value: { translateInto: 'en', audio: { fileName: 'a.wav' } },
    });
  });
});
