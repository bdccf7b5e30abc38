import OpenAI, { toFile } from 'openai';
import { eventually } from '../src/index.ts';
import { inBothModes } from './in-both-modes.ts';
import { PROVIDERS, type ProviderKey, providerKey } from './provider-keys.ts';

const MODEL = 'gemini-speaker-instant';
const TEXT = 'It is eleven, and all is well.';

interface Row {
  readonly operation: string;
  readonly status: number;
  readonly usageSource: string;
  readonly usage: { readonly outputAudioTokens: number };
}

inBothModes('OpenAI’s client with a provider that draws, hears and speaks otherwise', (scene) => {
  let client: OpenAI;
  let key: ProviderKey;
  beforeAll(async () => {
    const fields = PROVIDERS['google'];
    if (!fields) throw new Error('no google');
    await scene().oracle.setBehaviour(MODEL, { text: TEXT });
    key = await providerKey(scene(), 'sound', fields);
    client = scene().openai(key.text);
  });

  const recording = () => toFile(Buffer.from('RIFF----WAVEfmt '), 'a.wav');

  it('has recordings written down, whole and as a stream, and translated', async () => {
    const file = await recording();
    const { transcriptions, translations } = client.audio;
    expect((await transcriptions.create({ model: MODEL, file })).text).toBe(TEXT);
    expect((await translations.create({ model: MODEL, file })).text).toBe(TEXT);
    let text = '';
    let whole = '';
    for await (const event of await transcriptions.create({ model: MODEL, file, stream: true })) {
      if (event.type === 'transcript.text.delta') text += event.delta;
      if (event.type === 'transcript.text.done') whole = event.text;
    }
    expect([text, whole]).toEqual([TEXT, TEXT]);
  });

  it('hears what is said: samples, a WAV file, events', async () => {
    const say = { model: MODEL, voice: 'Kore', input: 'Say it' };
    const read = async (more: object): Promise<Buffer> =>
      Buffer.from(await (await client.audio.speech.create({ ...say, ...more })).arrayBuffer());
    expect((await read({ response_format: 'pcm' })).toString()).toBe(TEXT);
    const wav = await read({ response_format: 'wav' });
    expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
    expect(wav.subarray(44).toString()).toBe(TEXT);
    const events = (await read({ response_format: 'pcm', stream_format: 'sse' }))
      .toString()
      .split('\n\n')
      .filter((event) => event.startsWith('data: '))
      .map((event) => JSON.parse(event.slice(6)));
    const said = events.map(({ audio = '' }) => Buffer.from(audio, 'base64'));
    expect(Buffer.concat(said).toString()).toBe(TEXT);
    expect(events.at(-1)).toMatchObject({ type: 'speech.audio.done' });
    const { admin } = scene();
    const query = `organizationId=${key.organizationId}&keyId=${key.id}&limit=10`;
    const page = await eventually(
      'the records',
      () => admin.call<{ data: readonly Row[] }>('GET', `/api/v1/requests?${query}`),
      ({ data }) => data.filter(({ operation }) => operation === 'speech').length === 3,
      20_000,
    );
    for (const row of page.data.filter(({ operation }) => operation === 'speech'))
      expect(row).toMatchObject({ status: 200, usageSource: 'provider' });
  });

  it('has pictures drawn and edited', async () => {
    const image = await toFile(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'a.png');
    const drawn = await client.images.generate({ model: MODEL, prompt: 'a cat' });
    const edited = await client.images.edit({ model: MODEL, prompt: 'a hat', image });
    for (const { data } of [drawn, edited]) expect(data?.[0]?.b64_json).toMatch(/^iVBORw0KGgo/);
    const types: string[] = [];
    const asked = { model: MODEL, prompt: 'a cat', stream: true } as const;
    for await (const { type } of await client.images.generate(asked)) types.push(type);
    expect(types).toEqual(['image_generation.completed']);
  });
});
