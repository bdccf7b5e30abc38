import { DEFAULT_TIMEOUTS } from '@tollgate/contracts';
import type { ServerResponse } from 'node:http';
import { message, messageEvents, messageStream } from './support/anthropic-upstream.ts';
import { CREDENTIAL, eventually, TestAdapter, type TestAdapterOptions } from './support/adapter.ts';
import { candidateOf, contextOf, FakeCall } from './support/fake-call.ts';
import { type FakeUpstream, json, type Reply, startFakeUpstream } from './support/fake-upstream.ts';
import { type MediaServer, PNG, startMediaServer } from './support/media-server.ts';

const CLAUDE = 'claude-sonnet-4-5';
const claude = candidateOf('aip_claude', { provider: 'anthropic', model: CLAUDE });

describe('a call in another dialect than the provider speaks', () => {
  let openai: FakeUpstream;
  let anthropic: FakeUpstream;
  let adapter: TestAdapter;
  const context = contextOf([claude]);
  const both = contextOf([candidateOf('aip_openai'), claude]);

  beforeEach(async () => {
    [openai, anthropic] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
    use({});
    anthropic.reply(json(200, message('Hello from Claude')));
  });
  afterEach(async () => {
    await adapter.stop();
    await Promise.all([openai.close(), anthropic.close()]);
  });

  function use(options: TestAdapterOptions): void {
    adapter = new TestAdapter(options);
    adapter.connect('aip_openai', { baseUrl: `${openai.url}/v1` });
    adapter.connect('aip_claude', { baseUrl: anthropic.url, provider: 'anthropic' });
  }

  const serve = async (call: FakeCall): Promise<FakeCall> => {
    adapter.calls.take(call);
    await call.ended();
    return call;
  };
  const sent = (upstream: FakeUpstream) => JSON.parse(upstream.seen.at(-1)?.body ?? 'null');

  it('is answered in its own dialect, whole', async () => {
    const call = await serve(new FakeCall(context, { requestId: 'req_t1' }));
    expect(JSON.parse(call.text())).toMatchObject({
      object: 'chat.completion',
      choices: [
        { message: { role: 'assistant', content: 'Hello from Claude' }, finish_reason: 'stop' },
      ],
      usage: {
        prompt_tokens: 250,
        completion_tokens: 30,
        prompt_tokens_details: { cached_tokens: 50 },
      },
    });
    expect(call.headFrame()).toMatchObject({
      provider: 'anthropic',
      contentType: 'application/json',
    });
    expect(anthropic.seen[0]).toMatchObject({
      path: '/v1/messages',
      headers: { 'x-api-key': CREDENTIAL },
    });
    expect(sent(anthropic)).toMatchObject({ model: CLAUDE, messages: [{ role: 'user' }] });
    expect(adapter.records[0]).toMatchObject({
      outcome: 'completed',
      dialect: 'openai-chat',
      provider: 'anthropic',
      usage: { inputTokens: 250, cachedInputTokens: 50, outputTokens: 30 },
      usageSource: 'provider',
      finishReason: 'end_turn',
    });
  });

  it('is answered in its own dialect, streamed', async () => {
    anthropic.reply(messageStream(['Hel', 'lo']));
    const call = await serve(new FakeCall(context, { stream: true }));
    const chunks = chunksOf(call);
    expect(chunks.map(contentOf).join('')).toBe('Hello');
    expect(chunks.at(-1)).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
    expect(call.text().endsWith('data: [DONE]\n\n')).toBe(true);
    expect(call.frames.at(-1)).toEqual({ kind: 'end' });
    const record = await adapter.recordOf(call.header.requestId);
    expect(record).toMatchObject({ usageSource: 'provider', usage: { outputTokens: 30 } });
    expect(record.timings.ttftMs).toBeGreaterThan(0);
  });

  it('names what was dropped in the head and in the record', async () => {
    const call = await serve(new FakeCall(context, {}, { logit_bias: { '50256': -100 } }));
    expect(call.headFrame()?.droppedParams).toEqual(['logit_bias']);
    expect(adapter.records[0]?.droppedParams).toEqual(['logit_bias']);
  });

  it("is refused by name where the request's rule or the connection's is strict", async () => {
    const strict = await serve(
      new FakeCall(context, { lossPolicy: 'strict' }, { logit_bias: { '50256': -100 } }),
    );
    expect(strict.failure()).toMatchObject({
      code: 'request.unsupported_by_provider',
      param: 'logit_bias',
    });
    adapter.connect('aip_claude', {
      baseUrl: anthropic.url,
      provider: 'anthropic',
      config: { lossPolicy: 'strict' },
    });
    const body = { logit_bias: { '50256': -100 } };
    expect((await serve(new FakeCall(context, {}, body))).failure()?.param).toBe('logit_bias');
    const lenient = await serve(new FakeCall(context, { lossPolicy: 'lenient' }, body));
    expect(lenient.failure()).toBeUndefined();
    expect(anthropic.seen).toHaveLength(1);
  });

  describe('fails over between wires', () => {
    it.each<[string, Reply]>([
      ['a failing server', json(500, '{}')],
      ['rejected credentials', json(401, '{}')],
      ['garbage', json(200, 'garbage')],
    ])('after %s: the client sees one answer of its own kind', async (_name, reply) => {
      openai.reply(reply);
      const retry = { ...both.retry, attemptsPerTarget: 1 };
      const call = await serve(new FakeCall({ ...both, retry }));
      expect(JSON.parse(call.text())).toMatchObject({
        choices: [{ message: { content: 'Hello from Claude' } }],
      });
      expect(call.headFrame()).toMatchObject({ provider: 'anthropic', attempts: 2 });
      expect(adapter.records[0]?.attempts).toMatchObject([
        { provider: 'openai', usage: null },
        { provider: 'anthropic', code: null },
      ]);
    });

    it('while a stream has not begun', async () => {
      anthropic.reply(messageStream(['a'], { afterEvents: 2 }));
      openai.reply((response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(
          'data: {"choices":[{"index":0,"delta":{"content":"b"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
        );
      });
      const order = [1, 0];
      const call = await serve(new FakeCall(both, { stream: true, order }));
      expect(chunksOf(call).map(contentOf).join('')).toBe('b');
      expect(adapter.records[0]?.attempts).toMatchObject([
        { provider: 'anthropic', code: 'provider.interrupted' },
        { provider: 'openai', code: null },
      ]);
    });
  });

  it.each<[string, Reply, string]>([
    [
      'breaks',
      messageStream(['Hel', 'lo'], { afterEvents: 4, breaks: true }),
      'provider.interrupted',
    ],
    ['ends early', messageStream(['Hel', 'lo'], { afterEvents: 4 }), 'provider.interrupted'],
    ['stalls', messageStream(['Hel', 'lo'], { afterEvents: 4, hangs: true }), 'provider.timeout'],
    [
      'reports an error',
      stream((r) =>
        r.end(
          `${messageEvents(['Hel', 'lo']).slice(0, 4).join('')}event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n`,
        ),
      ),
      'provider.overloaded',
    ],
  ])(
    'never ends cleanly when the stream %s, and what was used is charged',
    async (_name, reply, code) => {
      anthropic.reply(reply);
      const timeouts = { ...DEFAULT_TIMEOUTS, stallMs: 60 };
      const call = await serve(new FakeCall({ ...context, timeouts }, { stream: true }));
      expect(call.failure()?.code).toBe(code);
      expect(chunksOf(call).map(contentOf).join('')).toBe('Hello');
      expect(call.text()).not.toContain('[DONE]');
      expect(call.text()).not.toContain('"finish_reason":"stop"');
      const record = await adapter.recordOf(call.header.requestId);
      expect(record).toMatchObject({ outcome: 'interrupted', failure: code, status: 200 });
      expect(record.usage.inputTokens).toBeGreaterThan(0);
    },
  );

  it('closes the upstream connection at once when the caller goes', async () => {
    anthropic.reply(messageStream(['Hel', 'lo'], { afterEvents: 4, hangs: true }));
    const call = new FakeCall(context, { stream: true });
    adapter.calls.take(call);
    await call.until(() => call.text().includes('lo'));
    call.cancel();
    await anthropic.seen[0]?.closed;
    expect(await adapter.recordOf(call.header.requestId)).toMatchObject({
      outcome: 'cancelled',
      code: 'client_closed',
    });
  });

  it('stops reading while the client takes nothing, and goes on afterwards', async () => {
    const word = 'x'.repeat(50_000);
    const events = messageEvents(Array.from({ length: 200 }, () => word));
    let written = 0;
    anthropic.reply(
      stream((response) => {
        const more = (): void => {
          while (written < events.length)
            if (!response.write(events[written++])) return void response.once('drain', more);
          response.end();
        };
        more();
      }),
    );
    const call = new FakeCall(context, { stream: true });
    call.credit = 100_000;
    adapter.calls.take(call);
    await call.until(() => call.credit <= 0);
    let before = -1;
    while (before !== call.text().length) {
      before = call.text().length;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(written).toBeLessThan(events.length);
    call.giveCredit(Number.POSITIVE_INFINITY);
    await call.ended();
    expect(chunksOf(call).map(contentOf).join('')).toBe(word.repeat(200));
  });

  describe('with files by URL', () => {
    let media: MediaServer;
    beforeEach(async () => {
      media = await startMediaServer();
    });
    afterEach(() => media.close());

    const asking = (url: string) => ({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    });
    const bedrock = candidateOf('aip_bedrock', {
      provider: 'bedrock',
      model: 'anthropic.claude-3-haiku-20240307-v1:0',
    });

    beforeEach(() => {
      adapter.connect('aip_bedrock', {
        baseUrl: anthropic.url,
        provider: 'bedrock',
        config: { region: 'eu-west-1' },
      });
    });

    it('has them inlined where the provider takes bytes alone', async () => {
      anthropic.reply(
        json(
          200,
          JSON.stringify({
            output: { message: { role: 'assistant', content: [{ text: 'A dot.' }] } },
            stopReason: 'end_turn',
            usage: { inputTokens: 10, outputTokens: 3, totalTokens: 13 },
          }),
        ),
      );
      const call = await serve(
        new FakeCall(contextOf([bedrock]), {}, asking(`${media.url}/dot.png`)),
      );
      expect(call.failure()).toBeUndefined();
      expect(media.seen).toEqual(['/dot.png']);
      expect(anthropic.seen[0]?.body).toContain(PNG.toString('base64'));
    });

    it('moves on to a provider that takes URLs when they cannot be had', async () => {
      media.on('/gone.png', (response) => response.writeHead(404).end());
      openai.reply(
        json(
          200,
          '{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}',
        ),
      );
      const context = contextOf([bedrock, candidateOf('aip_openai')]);
      const call = await serve(new FakeCall(context, {}, asking(`${media.url}/gone.png`)));
      expect(call.headFrame()).toMatchObject({ provider: 'openai', attempts: 2 });
      expect(adapter.records[0]?.attempts[0]?.code).toBe('request.unsupported_by_provider');
    });

    it('fails by name when there is no other, and reaches nobody inside', async () => {
      await adapter.stop();
      use({ allowPrivateMedia: false });
      adapter.connect('aip_bedrock', {
        baseUrl: anthropic.url,
        provider: 'bedrock',
        config: { region: 'eu-west-1' },
      });
      const call = await serve(
        new FakeCall(contextOf([bedrock]), {}, asking(`${media.url}/dot.png`)),
      );
      expect(call.failure()?.code).toBe('request.unsupported_by_provider');
      expect(call.failure()?.message).toContain('may not be called');
      expect(media.seen).toEqual([]);
      expect(anthropic.seen).toEqual([]);
    });

    it('stops fetching when the caller goes', async () => {
      let closed = false;
      media.on('/slow.png', (response) => response.once('close', () => (closed = true)));
      const call = new FakeCall(contextOf([bedrock]), {}, asking(`${media.url}/slow.png`));
      adapter.calls.take(call);
      await eventually(() => media.seen[0]);
      call.cancel();
      await eventually(() => closed || undefined);
      expect(await adapter.recordOf(call.header.requestId)).toMatchObject({
        outcome: 'cancelled',
        usageSource: 'none',
      });
      expect(anthropic.seen).toEqual([]);
    });
  });
});

function stream(write: (response: ServerResponse) => void): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    write(response);
  };
}

interface Chunk {
  readonly choices: readonly { readonly delta?: { readonly content?: string | null } }[];
}

function chunksOf(call: FakeCall): Chunk[] {
  return call
    .text()
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame): Chunk => JSON.parse(frame.slice(6)));
}

function contentOf({ choices }: Chunk): string {
  return choices[0]?.delta?.content ?? '';
}
