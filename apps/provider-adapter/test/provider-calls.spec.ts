import { CREDENTIAL, TestAdapter } from './support/adapter.ts';
import { candidateOf, contextOf, FakeCall } from './support/fake-call.ts';
import {
  chunk,
  completion,
  DONE,
  event,
  type FakeUpstream,
  json,
  startFakeUpstream,
  streamOf,
  USAGE_CHUNK,
} from './support/fake-upstream.ts';

describe('calls to a provider', () => {
  let upstream: FakeUpstream;
  let adapter: TestAdapter;
  const context = contextOf([candidateOf('aip_a')]);

  beforeEach(async () => {
    upstream = await startFakeUpstream();
    adapter = new TestAdapter();
    adapter.connect('aip_a', { baseUrl: `${upstream.url}/v1` });
  });

  afterEach(async () => {
    await adapter.stop();
    await upstream.close();
  });

  it("relays a unary answer's own bytes with its cost in the head, and records it", async () => {
    const body = completion();
    upstream.reply(json(200, body));
    const call = new FakeCall(context, { metadata: { team: 'a' }, endUser: 'über' });
    adapter.calls.take(call);
    await call.ended();

    expect(call.frames.map(({ kind }) => kind)).toEqual(['head', 'data', 'end']);
    expect(call.headFrame()).toEqual({
      status: 200,
      contentType: 'application/json',
      provider: 'openai',
      model: 'gpt-4o-mini',
      attempts: 1,
      costUsd: '0.002',
    });
    expect(call.text()).toBe(body);
    expect(upstream.seen[0]?.path).toBe('/v1/chat/completions');
    expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(upstream.seen[0]?.body).toBe(Buffer.from(call.body).toString());
    expect(adapter.records).toHaveLength(1);
    expect(adapter.records[0]).toMatchObject({
      id: call.header.requestId,
      outcome: 'completed',
      status: 200,
      code: null,
      failure: null,
      aiProviderId: 'aip_a',
      finishReason: 'stop',
      usage: { inputTokens: 1_000, outputTokens: 500 },
      usageSource: 'provider',
      costPicoUsd: '2000000000',
      costParts: { input: '1000000000', cachedInput: '0', cacheWrite: '0', output: '1000000000' },
      unpriced: false,
      attempts: [{ status: 200, code: null, costPicoUsd: '2000000000' }],
      timings: { authMs: 0.1, ttftMs: null },
      metadata: { team: 'a' },
      endUser: 'über',
      recordedBy: 'provider-adapter',
    });
  });

  it('streams events as they come, asks for usage, and hides the chunk that the client did not ask for', async () => {
    upstream.reply(streamOf(20));
    const call = new FakeCall(context, { stream: true });
    adapter.calls.take(call);
    await call.ended();

    const words = Array.from({ length: 20 }, (_, i) => chunk(`word${i} `)).join('');
    expect(call.text()).toBe(words + chunk('', 'stop') + DONE);
    expect(call.frames.at(-1)).toEqual({ kind: 'end' });
    expect(JSON.parse(upstream.seen[0]?.body ?? '')).toMatchObject({
      stream_options: { include_usage: true },
    });
    const record = await adapter.recordOf(call.header.requestId);
    expect(record).toMatchObject({
      outcome: 'completed',
      stream: true,
      usageSource: 'provider',
      usage: { inputTokens: 1_000, outputTokens: 500 },
      finishReason: 'stop',
    });
    expect(record.timings.ttftMs).toBeGreaterThan(0);
  });

  it('gives the usage chunk to a client that asked for it', async () => {
    upstream.reply(streamOf(1));
    const call = new FakeCall(
      context,
      { stream: true, usageAsked: true },
      { stream_options: { include_usage: true } },
    );
    adapter.calls.take(call);
    await call.ended();
    expect(call.text()).toContain(USAGE_CHUNK + DONE);
  });

  it.each([
    ['unary', false],
    ['streamed', true],
  ])('keeps the last bytes of a %s answer back until its record is safe', async (_, stream) => {
    upstream.reply(stream ? streamOf(2) : json(200, completion()));
    let publish = (): void => undefined;
    adapter.publishGate = new Promise((resolve) => {
      publish = resolve;
    });
    const call = new FakeCall(context, { stream });
    adapter.calls.take(call);
    if (stream) await call.until(() => call.text().includes('"finish_reason":"stop"'));
    else await adapter.published();
    expect(call.text()).not.toContain('[DONE]');
    expect(call.frames.some(({ kind }) => kind === 'end')).toBe(false);
    if (!stream) expect(call.frames).toEqual([]);
    publish();
    await call.ended();
    expect(call.frames.at(-1)).toEqual({ kind: 'end' });
    expect(adapter.records).toHaveLength(1);
  });

  it('fails a call whose record can be kept nowhere', async () => {
    upstream.reply(json(200, completion()));
    adapter.publishError = new Error('spool full');
    const call = new FakeCall(context);
    adapter.calls.take(call);
    await call.ended();
    expect(call.frames.map(({ kind }) => kind)).toEqual(['failure']);
    expect(call.failure()).toMatchObject({ code: 'gateway.overloaded', recorded: false });
  });

  it('says so when no price is known', async () => {
    upstream.reply(json(200, completion()));
    const unpriced = candidateOf('aip_a', { model: 'made-up-model', priceOverride: null });
    const call = new FakeCall(contextOf([unpriced]));
    adapter.calls.take(call);
    await call.ended();
    expect(call.headFrame()?.costUsd).toBeNull();
    expect(adapter.records[0]).toMatchObject({ unpriced: true, costPicoUsd: '0' });
    expect(JSON.parse(upstream.seen[0]?.body ?? '')).toMatchObject({ model: 'made-up-model' });
  });

  it('uses a kept connection again', async () => {
    upstream.reply(json(200, completion()));
    for (let i = 0; i < 5; i++) {
      const call = new FakeCall(context);
      adapter.calls.take(call);
      await call.ended();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(new Set(upstream.seen.map(({ connection }) => connection)).size).toBe(1);
  });

  it('estimates usage that the provider never reports', async () => {
    upstream.reply(streamOf(10, DONE));
    const call = new FakeCall(context, { stream: true });
    adapter.calls.take(call);
    await call.ended();
    const record = await adapter.recordOf(call.header.requestId);
    expect(record.usageSource).toBe('estimated');
    expect(record.usage.inputTokens).toBe(900);
    expect(record.usage.outputTokens).toBeGreaterThanOrEqual(10);
  });

  it('closes the upstream connection within 100 ms of a cancel, and charges what was used', async () => {
    upstream.reply((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk('one ') + chunk('two ') + chunk('three '));
    });
    const call = new FakeCall(context, { stream: true });
    adapter.calls.take(call);
    await call.until(() => call.text().includes('three'));
    const at = performance.now();
    call.cancel();
    expect(((await upstream.seen[0]?.closed) ?? Number.NaN) - at).toBeLessThan(100);
    const record = await adapter.recordOf(call.header.requestId);
    expect(record).toMatchObject({
      outcome: 'cancelled',
      code: 'client_closed',
      status: 200,
      usageSource: 'estimated',
      usage: { inputTokens: 900, outputTokens: 3 },
      costPicoUsd: '906000000',
    });
    expect(adapter.calls.size()).toBe(0);
  });

  it('stops reading upstream while the client takes nothing, and goes on afterwards', async () => {
    const big = chunk('x'.repeat(100_000));
    let written = 0;
    const total = 200;
    upstream.reply((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const more = (): void => {
        while (written < total) {
          written++;
          if (!response.write(big)) return void response.once('drain', more);
        }
        response.end(chunk('', 'stop') + DONE);
      };
      more();
    });
    const call = new FakeCall(context, { stream: true });
    call.credit = 150_000;
    adapter.calls.take(call);
    await call.until(() => call.credit <= 0);
    let before = -1;
    while (before !== call.text().length) {
      before = call.text().length;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(before).toBeLessThan(2_000_000);
    expect(written).toBeLessThan(total);
    call.giveCredit(Number.POSITIVE_INFINITY);
    await call.ended();
    expect(call.text()).toHaveLength(big.length * total + (chunk('', 'stop') + DONE).length);
  });

  it('keeps the credential out of failures, records and the log', async () => {
    const said = event({ error: { message: `your key ${CREDENTIAL} is bad`, code: CREDENTIAL } });
    upstream.reply(
      json(401, JSON.stringify({ error: { message: `Incorrect API key: ${CREDENTIAL}` } })),
      json(400, JSON.stringify({ error: { message: CREDENTIAL, param: 'x', code: CREDENTIAL } })),
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(chunk('a') + said);
      },
    );
    for (const stream of [false, false, true]) {
      const call = new FakeCall(context, { stream });
      adapter.calls.take(call);
      await call.ended();
      expect(call.failure()).toBeDefined();
      expect(JSON.stringify(call.frames)).not.toContain(CREDENTIAL);
    }
    expect(JSON.stringify(adapter.records)).not.toContain(CREDENTIAL);
    expect(adapter.logged).toHaveLength(3);
    expect(JSON.stringify(adapter.logged)).not.toContain(CREDENTIAL);
  });

  it('answers and records a call whose price cannot be read as unpriced', async () => {
    upstream.reply(json(200, completion()));
    const priceOverride = { inputPerMTok: 'free', outputPerMTok: '1' };
    const call = new FakeCall(contextOf([candidateOf('aip_a', { priceOverride })]));
    adapter.calls.take(call);
    await call.ended();
    expect(call.text()).toBe(completion());
    expect(adapter.records[0]).toMatchObject({ outcome: 'completed', unpriced: true });
  });

  it('ends a call that meets a bug, and goes on with others', async () => {
    upstream.reply(json(200, completion()));
    const broken = new FakeCall({ ...context, candidates: undefined as never });
    adapter.calls.take(broken);
    await broken.ended();
    expect(broken.failure()?.code).toBe('gateway.internal');
    expect(adapter.calls.size()).toBe(0);
    const call = new FakeCall(context);
    adapter.calls.take(call);
    await call.ended();
    expect(call.text()).toBe(completion());
  });
});
