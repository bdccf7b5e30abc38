import { type ClientRequest, PROVIDERS } from '@tollgate/providers';
import OpenAI from 'openai';
import { callWire } from '../src/index.ts';
import { eventsOf, feed, googleWire } from './support/google-audio.ts';

const SAMPLES = Buffer.from([1, 0, 255, 127]);

function speak(fields: object, policy: 'strict' | 'lenient' = 'lenient') {
  const request: ClientRequest = {
    dialect: 'openai-speech',
    operation: 'speech',
    body: Buffer.from(JSON.stringify({ input: 'Grüezi', ...fields })),
    stream: false,
    usageAsked: true,
    modelAsked: null,
    outputCap: null,
  };
  const baseUrl = 'https://generativelanguage.googleapis.com';
  const connected = PROVIDERS.google.connect({ baseUrl, config: {}, credential: 'key' });
  if (!connected.ok) throw new Error(connected.failure.internal);
  const wire = callWire(connected.value, request, { policy, provider: 'google', nowS: () => 0 });
  if (!wire.ok) throw new Error(wire.failure.message);
  const encoded = wire.value.encodeRequest(request, 'gemini-2.5-flash-tts');
  const inlineData = {
    mimeType: 'audio/L16;codec=pcm;rate=24000',
    data: SAMPLES.toString('base64'),
  };
  const answer = {
    candidates: [{ content: { parts: [{ inlineData }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 40, totalTokenCount: 42 },
  };
  return {
    encoded,
    decode: (body: object = answer) =>
      wire.value.decodeResponse(request, Buffer.from(JSON.stringify(body))),
  };
}

describe('speech of Gemini for OpenAI’s clients', () => {
  it('guarantees that OpenAI’s SDK reads the samples as WAV', async () => {
    const { encoded, decode } = speak({ voice: 'Kore', response_format: 'wav' }, 'strict');
    if (!encoded.ok) throw new Error(encoded.failure.message);
    expect(JSON.parse(Buffer.from(encoded.value.body).toString())).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Grüezi' }] }],
      generationConfig: {
        responseModalities: ['AUDIO'],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
      },
    });
    const decoded = decode();
    if (!decoded.ok) throw new Error(decoded.failure.internal);
    expect(decoded.contentType).toBe('audio/wav');
    expect(decoded.facts.usage).toMatchObject({ outputTokens: 40, outputAudioTokens: 40 });
    const sdk = new OpenAI({ apiKey: 'key', fetch: async () => new Response(decoded.body) });
    const read = await sdk.audio.speech.create({ input: 'x', voice: 'Kore', model: 'm' });
    const file = Buffer.from(await read.arrayBuffer());
    expect(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 12)).toBe('RIFFWAVE');
    expect([file.readUInt32LE(4), file.readUInt32LE(24), file.readUInt32LE(40)]).toEqual([
      40, 24_000, 4,
    ]);
    expect(file.subarray(44)).toEqual(SAMPLES);
  });

  it('guarantees plain samples where they are asked for', () => {
    const decoded = speak({ response_format: 'pcm' }).decode();
    expect(decoded).toMatchObject({ ok: true, body: SAMPLES, contentType: 'audio/pcm' });
  });

  it('guarantees that WAV instead of the usual MP3 is told', () => {
    const { encoded } = speak({ speed: 2 });
    expect(encoded).toMatchObject({
      ok: true,
      value: { droppedParams: ['response_format', 'speed'] },
    });
  });

  it.each(['mp3', 'opus', 'aac', 'flac'])('guarantees that %s is refused by name', (format) => {
    expect(speak({ response_format: format }).encoded).toMatchObject({
      ok: false,
      failure: { code: 'request.unsupported_by_provider', param: 'response_format' },
    });
  });

  it('guarantees that an answer without sound is none', () => {
    const decoded = speak({}).decode({ candidates: [{ content: { parts: [{ text: 'a' }] } }] });
    expect(decoded).toMatchObject({ ok: false, failure: { code: 'provider.invalid_answer' } });
  });
});

describe('speech of Gemini as it comes', () => {
  const request = (fields: object, stream: boolean): ClientRequest => ({
    dialect: 'openai-speech',
    operation: 'speech',
    body: Buffer.from(JSON.stringify({ input: 'Grüezi', ...fields })),
    stream,
    usageAsked: true,
    modelAsked: null,
    outputCap: null,
  });
  const chunk = (bytes: Buffer, more: object = {}) => ({
    candidates: [
      {
        content: {
          parts: [
            {
              inlineData: {
                mimeType: 'audio/L16;codec=pcm;rate=24000',
                data: bytes.toString('base64'),
              },
            },
          ],
        },
        ...more,
      },
    ],
  });
  const [first, second] = [Buffer.alloc(4_801, 1), Buffer.alloc(47, 2)];
  const STREAM = eventsOf(chunk(first), {
    ...chunk(second, { finishReason: 'STOP' }),
    usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 40, totalTokenCount: 42 },
  });

  function read(asked: ClientRequest, bytes: Buffer, type: string, size?: number) {
    const wire = googleWire(asked);
    const encoded = wire.encodeRequest(asked, 'gemini-2.5-flash-tts');
    if (!encoded.ok) throw new Error(encoded.failure.message);
    expect(encoded.value.path).toMatch(/:streamGenerateContent\?alt=sse$/);
    return feed(
      (emit) =>
        asked.stream ? wire.streamDecoder(asked, emit) : wire.bodyDecoder?.(asked, type, emit),
      bytes,
      size,
    );
  }

  it('guarantees that samples go on as they come, in any slices', () => {
    const asked = request({ response_format: 'pcm' }, false);
    const whole = read(asked, STREAM, 'text/event-stream');
    expect(whole).toMatchObject({
      phase: 'finished',
      contentType: 'audio/pcm',
      usage: { outputTokens: 40, outputAudioTokens: 40 },
    });
    expect(whole.body).toEqual(Buffer.concat([first, second]));
    for (const size of [1, 997])
      expect(read(asked, STREAM, 'text/event-stream', size)).toEqual(whole);
  });

  it('guarantees a WAV file that says that its length is not known yet', () => {
    const { body, contentType } = read(request({}, false), STREAM, 'text/event-stream');
    expect(contentType).toBe('audio/wav');
    expect([body.readUInt32LE(4), body.readUInt32LE(40)]).toEqual([0xffff_ffff, 0xffff_ffff]);
    expect(body.subarray(44)).toEqual(Buffer.concat([first, second]));
  });

  it('guarantees that a whole answer is taken where a stream was asked for', () => {
    const bytes = Buffer.from(JSON.stringify(chunk(first, { finishReason: 'STOP' })));
    const { body } = read(request({ response_format: 'pcm' }, false), bytes, 'application/json');
    expect(body).toEqual(first);
  });

  it('guarantees that OpenAI’s clients read events where they ask for them', () => {
    const asked = request({ response_format: 'pcm', stream_format: 'sse' }, true);
    const { body, tail, contentType } = read(asked, STREAM, 'text/event-stream');
    expect(contentType).toBeUndefined();
    const events = body
      .toString()
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.slice(6)));
    expect(events.map(({ type }) => type)).toEqual([
      'speech.audio.delta',
      'speech.audio.delta',
      'speech.audio.done',
    ]);
    const sound = events.flatMap(({ audio }) => (audio ? [Buffer.from(audio, 'base64')] : []));
    expect(Buffer.concat(sound)).toEqual(Buffer.concat([first, second]));
    expect(JSON.parse(tail.toString().slice(6)).usage).toEqual({
      input_tokens: 2,
      output_tokens: 40,
      total_tokens: 42,
    });
  });

  it.each([
    [eventsOf(chunk(first)), 'provider.interrupted'],
    [eventsOf({ candidates: [{ finishReason: 'STOP' }] }), 'provider.invalid_answer'],
    [eventsOf({ promptFeedback: { blockReason: 'SAFETY' } }), 'provider.content_filtered'],
  ])('guarantees that what breaks off or is silent never ends well (%#)', (bytes, code) => {
    const asked = request({}, false);
    expect(read(asked, bytes, 'text/event-stream')).toMatchObject({ phase: 'failed', code });
  });
});
