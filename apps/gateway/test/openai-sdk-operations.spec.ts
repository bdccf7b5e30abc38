import OpenAI, { BadRequestError, toFile } from 'openai';
import { answerInDialect } from './fake-adapter.ts';
import { HEAD, KEY, type PlayedCall } from './fake-messaging.ts';
import { type Rig, startRig } from './rig.ts';

const model = 'm-1';

function answerWith(body: Uint8Array | string, contentType = 'application/json') {
  return ({ listener }: PlayedCall): void => {
    listener.onHead({ ...HEAD, contentType });
    listener.onData(Buffer.from(body));
    listener.onEnd({ recorded: true });
  };
}

describe('the openai package beside chat', () => {
  let rig: Rig;
  let client: OpenAI;
  beforeAll(async () => {
    rig = await startRig();
    client = new OpenAI({ apiKey: KEY, baseURL: `${rig.url}/v1`, maxRetries: 0 });
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    rig.fake.calls.length = 0;
  });

  it('guarantees a response, whole and streamed, with the same content', async () => {
    rig.fake.onCall = answerInDialect();
    const whole = await client.responses.create({ model, input: 'hi' });
    expect(whole.output_text).toBe('It is sunny in Bern.');
    expect(whole.output.map(({ type }) => type)).toEqual(['reasoning', 'message', 'function_call']);
    let completed: OpenAI.Responses.Response | undefined;
    let text = '';
    for await (const event of await client.responses.create({ model, input: 'hi', stream: true })) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.completed') completed = event.response;
    }
    expect(text).toBe(whole.output_text);
    expect(completed?.output.map(({ type }) => type)).toEqual(whole.output.map(({ type }) => type));
    expect(completed?.usage).toMatchObject({ input_tokens: 12, output_tokens: 7 });
  });

  it('guarantees embeddings', async () => {
    rig.fake.onCall = answerWith(
      JSON.stringify({
        object: 'list',
        model,
        data: [{ object: 'embedding', index: 0, embedding: [0.5, -1] }],
        usage: { prompt_tokens: 1, total_tokens: 1 },
      }),
    );
    const { data } = await client.embeddings.create({
      model,
      input: ['hi'],
      encoding_format: 'float',
    });
    expect(data[0]?.embedding).toEqual([0.5, -1]);
    expect(rig.fake.calls[0]?.header).toMatchObject({ operation: 'embeddings', modelAsked: model });
  });

  it('guarantees images and moderations', async () => {
    rig.fake.onCall = answerWith(JSON.stringify({ created: 1, data: [{ b64_json: 'aGk=' }] }));
    const images = await client.images.generate({ model, prompt: 'a cat' });
    expect(images.data?.[0]?.b64_json).toBe('aGk=');
    rig.fake.onCall = answerWith(
      JSON.stringify({ id: 'modr', model, results: [{ flagged: false }] }),
    );
    const { results } = await client.moderations.create({ input: 'hi' });
    expect(results[0]?.flagged).toBe(false);
    expect(rig.fake.calls.map(({ header }) => header.operation)).toEqual(['images', 'moderation']);
  });

  it('guarantees the bytes of a sound, short and long', async () => {
    for (const size of [3, 3 * 1024 * 1024]) {
      const sound = Buffer.from(Array.from({ length: size }, (_, at) => at % 256));
      rig.fake.onCall = answerWith(sound, 'audio/mpeg');
      const speech = await client.audio.speech.create({ model, voice: 'alloy', input: 'hi' });
      expect(speech.headers.get('content-type')).toBe('audio/mpeg');
      expect(Buffer.from(await speech.arrayBuffer()).equals(sound)).toBe(true);
    }
  });

  it('guarantees that a sound is heard while it is made', async () => {
    const made = new Promise<PlayedCall>((resolve) => {
      rig.fake.onCall = resolve;
    });
    const asked = client.audio.speech.create({ model, voice: 'alloy', input: 'hi' });
    const { listener } = await made;
    listener.onHead({ ...HEAD, contentType: 'audio/mpeg', costUsd: null });
    listener.onData(Buffer.from('first'));
    const reader = (await asked).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first');
    listener.onData(Buffer.from('second'));
    listener.onEnd({ recorded: true });
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('second');
    expect((await reader?.read())?.done).toBe(true);
  });

  it('guarantees edits of pictures and translations of recordings', async () => {
    rig.fake.onCall = answerWith(JSON.stringify({ created: 1, data: [{ b64_json: 'aGk=' }] }));
    const image = await toFile(Buffer.from('\x89PNG', 'latin1'), 'a.png', { type: 'image/png' });
    const edited = await client.images.edit({ model, prompt: 'a hat', image: [image, image] });
    expect(edited.data?.[0]?.b64_json).toBe('aGk=');
    rig.fake.onCall = answerWith('{"text":"hello"}');
    const file = await toFile(Buffer.from('RIFF'), 'a.wav');
    expect(await client.audio.translations.create({ model, file })).toMatchObject({
      text: 'hello',
    });
    expect(rig.fake.calls.map(({ header }) => [header.dialect, header.operation])).toEqual([
      ['openai-image-edits', 'images'],
      ['openai-translation', 'transcription'],
    ]);
  });

  it('guarantees that a recording reaches the adapter as it was sent', async () => {
    rig.fake.onCall = answerWith('{"text":"hello"}');
    const recording = Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 256));
    const file = await toFile(recording, 'a.wav', { type: 'audio/wav' });
    const { text } = await client.audio.transcriptions.create({ model, file, language: 'en' });
    expect(text).toBe('hello');
    const call = rig.fake.calls[0];
    expect(call?.header.clientHeaders?.['content-type']).toMatch(
      /^multipart\/form-data; boundary=/,
    );
    expect(Buffer.from(call?.body ?? []).includes(recording)).toBe(true);
  });

  it('guarantees a BadRequestError that names the field', async () => {
    const asked = client.embeddings.create({ model, input: 7 as unknown as string });
    const error = await asked.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ param: 'input', code: 'validation_error' });
  });
});
