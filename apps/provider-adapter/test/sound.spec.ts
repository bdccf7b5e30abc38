import type { ServerResponse } from 'node:http';
import { eventually, TestAdapter } from './support/adapter.ts';
import { candidateOf, contextOf, FakeCall } from './support/fake-call.ts';
import { type FakeUpstream, json, type Reply, startFakeUpstream } from './support/fake-upstream.ts';

const SPEECH = { operation: 'speech', dialect: 'openai-speech' } as const;
const FORM = [
  '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n',
  '--b\r\nContent-Disposition: form-data; name="stream"\r\n\r\ntrue\r\n',
  '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\nRIFF----WAVE\r\n--b--\r\n',
].join('');
const TRANSCRIPTION = {
  operation: 'transcription',
  dialect: 'openai-transcription',
  stream: true,
  modelAsked: 'whisper-1',
  clientHeaders: { 'content-type': 'multipart/form-data; boundary=b' },
} as const;

describe('sound', () => {
  let upstream: FakeUpstream;
  let adapter: TestAdapter;
  const openai = contextOf([candidateOf('aip_openai', { model: 'tts-1' })]);
  const gemini = contextOf([
    candidateOf('aip_google', { provider: 'google', model: 'gemini-2.5-flash-tts' }),
  ]);

  beforeEach(async () => {
    upstream = await startFakeUpstream();
    adapter = new TestAdapter();
    adapter.connect('aip_openai', { baseUrl: `${upstream.url}/v1` });
    adapter.connect('aip_google', { baseUrl: upstream.url, provider: 'google' });
  });
  afterEach(async () => {
    await adapter.stop();
    await upstream.close();
  });

  const take = (call: FakeCall): FakeCall => {
    adapter.calls.take(call);
    return call;
  };

  /** Begins an answer, and leaves the rest to the test. */
  function open(type: string): Promise<ServerResponse> {
    return new Promise((resolve) => {
      const reply: Reply = (response) => {
        response.writeHead(200, { 'content-type': type });
        resolve(response);
      };
      upstream.reply(reply);
    });
  }

  it('reaches the caller while the provider still speaks', async () => {
    const opened = open('audio/mpeg');
    const call = take(new FakeCall(openai, SPEECH, { input: 'Hi', voice: 'alloy' }));
    const response = await opened;
    response.write('first');
    await eventually(() => (call.text() === 'first' ? true : undefined));
    expect(call.headFrame()).toMatchObject({ contentType: 'audio/mpeg', costUsd: null });
    expect(adapter.records).toEqual([]);
    response.end('second');
    await call.ended();
    expect(call.text()).toBe('firstsecond');
    expect(adapter.records[0]).toMatchObject({ outcome: 'completed', usageSource: 'estimated' });
  });

  it('that breaks off is no clean end, and is charged as estimated', async () => {
    const opened = open('audio/mpeg');
    const call = take(new FakeCall(openai, SPEECH, { input: 'Hi', voice: 'alloy' }));
    const response = await opened;
    response.write('first');
    await eventually(() => (call.text() === 'first' ? true : undefined));
    response.destroy();
    await call.ended();
    expect(call.frames.at(-1)).toMatchObject({
      kind: 'failure',
      failure: { code: 'provider.interrupted', recorded: true },
    });
    expect(adapter.records[0]).toMatchObject({
      outcome: 'interrupted',
      usageSource: 'estimated',
    });
  });

  it('of Gemini goes on sample by sample', async () => {
    const opened = open('text/event-stream');
    const body = { input: 'Hi', voice: 'Kore', response_format: 'pcm' };
    const call = take(new FakeCall(gemini, SPEECH, body));
    const response = await opened;
    expect(upstream.seen[0]?.path).toMatch(/:streamGenerateContent\?alt=sse$/);
    response.write(said('first'));
    await eventually(() => (call.text() === 'first' ? true : undefined));
    expect(call.headFrame()).toMatchObject({ contentType: 'audio/pcm' });
    response.end(said('second', 'STOP'));
    await call.ended();
    expect(call.text()).toBe('firstsecond');
    expect(adapter.records[0]).toMatchObject({
      outcome: 'completed',
      usage: { inputTokens: 2, outputTokens: 40, outputAudioTokens: 40 },
      usageSource: 'provider',
    });
  });

  it('that was asked for as a stream and is answered whole goes on as the whole answer', async () => {
    const text = '{"text":"It is eleven.","usage":{"type":"duration","seconds":4}}';
    upstream.reply(json(200, text));
    const call = take(new FakeCall(openai, TRANSCRIPTION, FORM));
    await call.ended();
    expect(call.headFrame()).toMatchObject({ contentType: 'application/json' });
    expect(call.text()).toBe(text);
    expect(call.frames.map(({ kind }) => kind)).toEqual(['head', 'data', 'end']);
    expect(adapter.records[0]).toMatchObject({ outcome: 'completed', stream: true });
  });
});

function said(samples: string, finishReason?: string): string {
  const inlineData = {
    mimeType: 'audio/L16;codec=pcm;rate=24000',
    data: Buffer.from(samples).toString('base64'),
  };
  const chunk = {
    candidates: [
      { content: { parts: [{ inlineData }] }, ...(finishReason ? { finishReason } : {}) },
    ],
    usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 40, totalTokenCount: 42 },
  };
  return `data: ${JSON.stringify(chunk)}\r\n\r\n`;
}
