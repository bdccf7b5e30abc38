import type { Dialect } from '@tollgate/contracts';
import type { ClientRequest } from '@tollgate/providers';
import OpenAI from 'openai';
import { eventsOf, feed, googleWire } from './support/google-audio.ts';

const WAV = `RIFF\0\0\0\0WAVE${'x'.repeat(3_000)}`;
const part = (name: string, value: string, file = ''): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;

function requestOf(
  fields: Readonly<Record<string, string>> = {},
  { dialect = 'openai-transcription' as Dialect, file = WAV } = {},
): ClientRequest {
  const parts = Object.entries(fields).map(([name, value]) => part(name, value));
  const form = `${parts.join('')}${part('file', file, '; filename="a"')}--b--\r\n`;
  return {
    dialect,
    operation: 'transcription',
    body: Buffer.from(form, 'latin1'),
    stream: fields['stream'] === 'true',
    usageAsked: true,
    modelAsked: null,
    outputCap: null,
    clientHeaders: { 'content-type': 'multipart/form-data; boundary=b' },
  };
}

const candidate = (text: string, finishReason?: string, thought = false) => ({
  candidates: [
    {
      content: { parts: [{ text, ...(thought ? { thought } : {}) }] },
      ...(finishReason ? { finishReason } : {}),
    },
  ],
});
const COUNTS = {
  promptTokenCount: 60,
  candidatesTokenCount: 4,
  totalTokenCount: 64,
  promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 50 }],
};
const WHOLE = { ...candidate(' It is eleven.\n', 'STOP'), usageMetadata: COUNTS };

function sent(request: ClientRequest, policy?: 'strict', model = 'gemini-2.5-flash') {
  const wire = googleWire(request, policy);
  const encoded = wire.encodeRequest(request, model);
  if (!encoded.ok) throw new Error(encoded.failure.message);
  const { path, body, droppedParams } = encoded.value;
  return { wire, path, droppedParams, json: JSON.parse(Buffer.from(body).toString()) };
}

describe('recordings that Gemini writes down for OpenAI’s clients', () => {
  it('guarantees that sound, hints and temperature go out', () => {
    const request = requestOf({ language: 'de', prompt: 'Matterhorn', temperature: '0.5' });
    const { path, json, droppedParams } = sent(request, 'strict');
    expect(path).toBe('/v1beta/models/gemini-2.5-flash:generateContent');
    const data = Buffer.from(WAV, 'latin1').toString('base64');
    expect(json.contents).toEqual([
      { role: 'user', parts: [{ inlineData: { mimeType: 'audio/wav', data } }] },
    ]);
    const { text } = json.systemInstruction.parts[0];
    expect(text).toMatch(/word for word[^]*: de\.[^]*Matterhorn/);
    expect(json.generationConfig).toEqual({
      maxOutputTokens: 512,
      temperature: 0.5,
      thinkingConfig: { thinkingBudget: 0 },
    });
    expect(droppedParams).toEqual([]);
  });

  it.each([
    ['gemini-2.5-pro', { thinkingBudget: 128 }],
    ['gemini-3-flash', { thinkingLevel: 'MINIMAL' }],
    ['gemini-3-pro-preview', { thinkingLevel: 'LOW' }],
    ['gemini-2.0-flash', undefined],
  ])('guarantees that %s thinks as little as it can', (model, thinking) => {
    expect(sent(requestOf(), 'strict', model).json.generationConfig.thinkingConfig).toEqual(
      thinking,
    );
  });

  it('guarantees that a long recording is not cut', () => {
    const file = `OggS${'x'.repeat(60_000)}`;
    const { json } = sent(requestOf({}, { file }), 'strict');
    expect(json.contents[0].parts[0].inlineData.mimeType).toBe('audio/ogg');
    expect(json.generationConfig.maxOutputTokens).toBe(2_501);
  });

  it('guarantees that a translation is asked for where one is wanted', () => {
    const { json } = sent(requestOf({}, { dialect: 'openai-translation' }), 'strict');
    expect(json.systemInstruction.parts[0].text).toContain('in English');
  });

  it('guarantees that OpenAI’s SDK reads the text and the counts', async () => {
    const request = requestOf();
    const { wire } = sent(request);
    const decoded = wire.decodeResponse(request, Buffer.from(JSON.stringify(WHOLE)));
    if (!decoded.ok) throw new Error(decoded.failure.internal);
    const headers = { 'content-type': decoded.contentType ?? '' };
    const sdk = new OpenAI({
      apiKey: 'key',
      fetch: async () => new Response(decoded.body, { headers }),
    });
    const file = new File([new Uint8Array(1)], 'a.wav');
    const read = await sdk.audio.transcriptions.create({ file, model: 'm' });
    expect(read).toMatchObject({
      text: 'It is eleven.',
      usage: { input_tokens: 60, output_tokens: 4, input_token_details: { audio_tokens: 50 } },
    });
  });

  it.each([
    [{ response_format: 'srt' }, 'response_format'],
    [{ response_format: 'verbose_json' }, 'response_format'],
    [{ chunking_strategy: 'auto' }, 'chunking_strategy'],
  ])('guarantees that %j is refused by name where nothing may be lost', (fields, param) => {
    const request = requestOf(fields);
    expect(googleWire(request, 'strict').encodeRequest(request, 'm')).toMatchObject({
      ok: false,
      failure: { code: 'request.unsupported_by_provider', param },
    });
  });

  it('guarantees that what is no sound is refused', () => {
    const request = requestOf({}, { file: '%PDF-1.7' });
    expect(googleWire(request).encodeRequest(request, 'm')).toMatchObject({
      ok: false,
      failure: { param: 'file' },
    });
  });

  it.each([
    [{ ...candidate('It is', 'MAX_TOKENS') }, 'provider.invalid_answer'],
    [{ promptFeedback: { blockReason: 'SAFETY' } }, 'provider.content_filtered'],
    [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } }, 'provider.rate_limited'],
  ])('guarantees that %j is told as a failure', (answer, code) => {
    const request = requestOf();
    const decoded = sent(request).wire.decodeResponse(request, Buffer.from(JSON.stringify(answer)));
    expect(decoded).toMatchObject({ ok: false, failure: { code } });
  });
});

describe('the same as a stream', () => {
  const request = requestOf({ stream: 'true' });
  const STREAM = eventsOf(
    candidate('Hm.', undefined, true),
    candidate(' It is'),
    candidate(' eleven.\n'),
    { ...candidate('', 'STOP'), usageMetadata: COUNTS },
  );

  it('guarantees that OpenAI’s SDK reads it as it comes, in any slices', async () => {
    const { path } = sent(request, 'strict');
    expect(path).toBe('/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse');
    const read = (size?: number) => {
      const { wire } = sent(request);
      return feed((emit) => wire.streamDecoder(request, emit), STREAM, size);
    };
    const whole = read();
    expect(whole).toMatchObject({ phase: 'finished', usage: { inputTokens: 60 } });
    expect(whole.contentType).toBeUndefined();
    expect(whole.tail.toString()).toContain('transcript.text.done');
    for (const size of [1, 997]) expect(read(size)).toEqual(whole);
    const headers = { 'content-type': 'text/event-stream' };
    const sdk = new OpenAI({
      apiKey: 'key',
      fetch: async () => new Response(whole.body, { headers }),
    });
    const file = new File([new Uint8Array(1)], 'a.wav');
    const events: unknown[] = [];
    for await (const event of await sdk.audio.transcriptions.create({
      file,
      model: 'm',
      stream: true,
    }))
      events.push(event);
    expect(events).toMatchObject([
      { type: 'transcript.text.delta', delta: 'It is' },
      { type: 'transcript.text.delta', delta: ' eleven.' },
      { type: 'transcript.text.done', text: 'It is eleven.', usage: { output_tokens: 4 } },
    ]);
  });

  it('guarantees that a cut stream never ends well', () => {
    const text = STREAM.toString();
    const ends = [...text.matchAll(/\r\n\r\n/g)].map(({ index }) => index + 4);
    for (const end of ends.slice(0, -1)) {
      const { wire } = sent(request);
      const cut = feed((emit) => wire.streamDecoder(request, emit), STREAM.subarray(0, end));
      expect(cut).toMatchObject({ phase: 'failed', code: 'provider.interrupted' });
      expect(cut.body.toString()).not.toContain('done');
    }
  });

  it('guarantees that a text that was cut never ends well', () => {
    const { wire } = sent(request);
    const bytes = eventsOf(candidate('It is', 'MAX_TOKENS'));
    expect(feed((emit) => wire.streamDecoder(request, emit), bytes)).toMatchObject({
      phase: 'failed',
      code: 'provider.invalid_answer',
    });
  });

  it('guarantees that a whole answer is told as the stream that was asked for', () => {
    const { wire } = sent(request);
    const bytes = Buffer.from(JSON.stringify(WHOLE));
    const { body, phase } = feed((emit) => wire.wholeAnswerDecoder?.(request, emit), bytes);
    expect(phase).toBe('finished');
    const types = [...body.toString().matchAll(/"type":"(transcript[\w.]+)"/g)].map(
      ([, type]) => type,
    );
    expect(types).toEqual(['transcript.text.delta', 'transcript.text.done']);
  });
});
