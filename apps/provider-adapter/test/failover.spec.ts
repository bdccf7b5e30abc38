import { DEFAULT_RETRY, DEFAULT_TIMEOUTS } from '@tollgate/contracts';
import type { ServerResponse } from 'node:http';
import { eventually, TestAdapter } from './support/adapter.ts';
import { candidateOf, contextOf, FakeCall } from './support/fake-call.ts';
import {
  chunk,
  completion,
  DONE,
  event,
  type FakeUpstream,
  json,
  type Reply,
  startFakeUpstream,
  streamOf,
} from './support/fake-upstream.ts';

const silent: Reply = () => undefined;

const sse =
  (write: (response: ServerResponse) => void): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    write(response);
  };

describe('failover', () => {
  let first: FakeUpstream;
  let second: FakeUpstream;
  let adapter: TestAdapter;
  const candidates = [candidateOf('aip_a'), candidateOf('aip_b', { provider: 'groq' })];
  const context = contextOf(candidates);
  const timeouts = (changes: Partial<typeof DEFAULT_TIMEOUTS>) =>
    contextOf(candidates, { timeouts: { ...DEFAULT_TIMEOUTS, ...changes } });

  beforeEach(async () => {
    [first, second] = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
    adapter = new TestAdapter();
    adapter.connect('aip_a', { baseUrl: `${first.url}/v1` });
    adapter.connect('aip_b', { baseUrl: `${second.url}/v1`, provider: 'groq' });
    second.reply(json(200, completion('from b')));
  });

  afterEach(async () => {
    await adapter.stop();
    await Promise.all([first.close(), second.close()]);
  });

  const serve = async (call: FakeCall): Promise<FakeCall> => {
    adapter.calls.take(call);
    await call.ended();
    return call;
  };

  it.each<[string, Reply, string, number]>([
    ['rejected credentials', json(401, '{}'), 'provider.rejected_credentials', 401],
    ['spent credits', json(402, '{}'), 'provider.credits_exhausted', 402],
    ['an unknown model', json(404, '{}'), 'provider.unknown_model', 404],
    [
      'a redirect',
      json(302, '', { location: 'http://127.0.0.1:1/' }),
      'provider.misconfigured',
      302,
    ],
    ['garbage', json(200, 'garbage'), 'provider.invalid_answer', 200],
    [
      'an error inside a 200',
      json(200, '{"error":{"code":402}}'),
      'provider.credits_exhausted',
      200,
    ],
    [
      'a compressed answer',
      json(200, completion(), { 'content-encoding': 'gzip' }),
      'provider.invalid_answer',
      200,
    ],
    [
      'an answer cut short',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"choices"');
        setImmediate(() => response.destroy());
      },
      'provider.interrupted',
      200,
    ],
  ])('moves on at once after %s', async (_, reply, code, status) => {
    first.reply(reply);
    const call = await serve(new FakeCall(context));
    expect(call.text()).toBe(completion('from b'));
    expect(call.headFrame()).toMatchObject({ provider: 'groq', attempts: 2 });
    expect(first.seen).toHaveLength(1);
    expect(adapter.records[0]).toMatchObject({
      outcome: 'completed',
      aiProviderId: 'aip_b',
      provider: 'groq',
      attempts: [
        { aiProviderId: 'aip_a', code, status, usage: null, costPicoUsd: '0' },
        { aiProviderId: 'aip_b', code: null, status: 200 },
      ],
    });
  });

  it('moves on when nobody listens', async () => {
    adapter.connect('aip_a', { baseUrl: 'http://127.0.0.1:1/v1' });
    const call = await serve(new FakeCall(context));
    expect(call.text()).toBe(completion('from b'));
    expect(adapter.records[0]?.attempts[0]?.code).toBe('provider.unreachable');
  });

  it('moves on from a connection that is gone, disabled, or sealed for somebody else', async () => {
    for (const changes of [{ enabled: false }, { organizationId: 'org_2' }]) {
      adapter.connect('aip_a', { baseUrl: first.url, ...changes });
      const call = await serve(new FakeCall(context));
      expect(call.text()).toBe(completion('from b'));
    }
    const gone = contextOf([candidateOf('aip_gone'), candidateOf('aip_b')]);
    expect((await serve(new FakeCall(gone))).text()).toBe(completion('from b'));
    expect(first.seen).toHaveLength(0);
  });

  it('tries the candidates in the order that the header draws', async () => {
    await serve(new FakeCall(context, { order: [1, 0] }));
    expect(first.seen).toHaveLength(0);
    expect(adapter.records[0]?.provider).toBe('groq');
  });

  it('tries the same target again after Retry-After', async () => {
    first.reply(json(429, '{}', { 'retry-after-ms': '120' }), json(200, completion('a')));
    const start = performance.now();
    const call = await serve(new FakeCall(context));
    expect(performance.now() - start).toBeGreaterThanOrEqual(119);
    expect(call.text()).toBe(completion('a'));
    expect(first.seen).toHaveLength(2);
    expect(second.seen).toHaveLength(0);
  });

  it('moves on when Retry-After is longer than the policy waits', async () => {
    first.reply(json(429, '{}', { 'retry-after': '60' }));
    const call = await serve(new FakeCall(context));
    expect(call.text()).toBe(completion('from b'));
    expect(first.seen).toHaveLength(1);
  });

  it('tries a failing server as often as the policy says, then the next', async () => {
    first.reply(json(500, '{}'));
    const retry = { ...DEFAULT_RETRY, attemptsPerTarget: 3, backoffMs: 1 };
    const call = await serve(new FakeCall(contextOf(candidates, { retry })));
    expect(first.seen).toHaveLength(3);
    expect(call.headFrame()?.attempts).toBe(4);
  });

  it("stops at once at the caller's own mistake", async () => {
    const body = '{"error":{"param":"temperature","code":"invalid_value","message":"private"}}';
    first.reply(json(400, body));
    const call = await serve(new FakeCall(context));
    expect(call.failure()).toMatchObject({ code: 'provider.bad_request', param: 'temperature' });
    expect(second.seen).toHaveLength(0);
    expect(adapter.records[0]).toMatchObject({ outcome: 'failed', status: 400 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(adapter.reports).toEqual([]);
  });

  it('says of each candidate why it failed, when none is left', async () => {
    first.reply(json(401, '{}'));
    second.reply(json(402, '{}'));
    const excluded = {
      ...candidateOf('aip_c'),
      reason: 'unhealthy' as const,
      text: 'too many failures',
    };
    const call = await serve(new FakeCall(contextOf(candidates, { excluded: [excluded] })));
    expect(call.failure()).toMatchObject({
      code: 'provider.credits_exhausted',
      details: [
        { provider: 'openai', code: 'provider_rejected_credentials' },
        { provider: 'groq', code: 'provider_credits_exhausted' },
        { provider: 'openai', code: 'unhealthy', reason: 'too many failures' },
      ],
    });
    expect(adapter.records[0]).toMatchObject({
      outcome: 'failed',
      status: 502,
      code: 'provider_credits_exhausted',
      failure: 'provider.credits_exhausted',
      usageSource: 'none',
      costPicoUsd: '0',
    });
  });

  it('moves on after the first-byte timeout, and closes what it leaves', async () => {
    first.reply(silent);
    const call = await serve(new FakeCall(timeouts({ firstByteMs: 60 })));
    expect(call.text()).toBe(completion('from b'));
    expect(adapter.records[0]?.attempts[0]).toMatchObject({ code: 'provider.timeout', status: 0 });
    await first.seen[0]?.closed;
  });

  it('takes an answer that arrived while this process stood still, for it is paid for', async () => {
    first.reply((response, request) => {
      json(200, completion('from a'))(response, request);
      const stoodStill = new Int32Array(new SharedArrayBuffer(4));
      Atomics.wait(stoodStill, 0, 0, 700);
    });
    const call = await serve(new FakeCall(timeouts({ firstByteMs: 600 })));
    expect(call.text()).toBe(completion('from a'));
    expect(adapter.records[0]).toMatchObject({ outcome: 'completed', usageSource: 'provider' });
    expect(adapter.records[0]?.attempts).toHaveLength(1);
  });

  it('moves on when a stream stalls or fails before its first event', async () => {
    second.reply(streamOf(1));
    for (const reply of [
      sse((response) => response.write(': OPENROUTER PROCESSING\n\n')),
      sse((response) => response.end(event({ error: { code: 503, message: 'x' } }))),
      sse((response) => response.end()),
      json(200, completion()),
    ]) {
      first.reply(reply);
      const call = await serve(new FakeCall(timeouts({ stallMs: 60 }), { stream: true }));
      expect(call.headFrame()).toMatchObject({ provider: 'groq' });
      expect(call.text()).toContain('word0');
      expect(call.text()).not.toContain('PROCESSING');
    }
  });

  it.each<[string, Reply, string]>([
    ['stalls', sse((r) => r.write(chunk('a'))), 'provider.timeout'],
    ['ends early', sse((r) => r.end(chunk('a'))), 'provider.interrupted'],
    [
      'is cut',
      sse((r) => {
        r.write(`${chunk('a')}data: {"choices":[{"del`, () => r.destroy());
      }),
      'provider.interrupted',
    ],
    ['turns to garbage', sse((r) => r.end(`${chunk('a')}garbage\n\n`)), 'provider.invalid_answer'],
    [
      'reports an error',
      sse((r) => r.end(`${chunk('a')}${event({ error: { message: 'x', code: 500 } })}${DONE}`)),
      'provider.server_error',
    ],
  ])('tries nothing more once a byte was given: a stream that %s', async (_, reply, code) => {
    first.reply(reply);
    const call = await serve(new FakeCall(timeouts({ stallMs: 60 }), { stream: true }));
    expect(call.text()).toBe(chunk('a'));
    expect(call.failure()?.code).toBe(code);
    expect(second.seen).toHaveLength(0);
    expect(adapter.records[0]).toMatchObject({
      outcome: 'interrupted',
      status: 200,
      failure: code,
      usageSource: 'estimated',
      usage: { inputTokens: 900, outputTokens: 1 },
      costPicoUsd: '902000000',
    });
  });

  it('ends at the deadline, with the first byte or without', async () => {
    first.reply(silent);
    const late = await serve(new FakeCall(context, {}, {}, 120));
    expect(late.failure()?.code).toBe('bus.deadline_exceeded');
    expect(adapter.records[0]).toMatchObject({ outcome: 'failed', status: 504 });
    const total = await serve(new FakeCall(timeouts({ totalMs: 100 })));
    expect(total.failure()?.code).toBe('bus.deadline_exceeded');
  });

  it('reports failures to routing at once, and successes soon', async () => {
    first.reply(json(429, '{}', { 'retry-after': '60' }));
    await serve(new FakeCall(context));
    const start = performance.now();
    const report = await eventually(() => adapter.reports[0]);
    expect(performance.now() - start).toBeLessThan(200);
    const outcomes = [...report.outcomes, ...(adapter.reports[1]?.outcomes ?? [])];
    expect(outcomes[0]).toMatchObject({
      aiProviderId: 'aip_a',
      succeeded: 0,
      failed: { 'provider.rate_limited': 1 },
      retryAfterMs: 60_000,
    });
    const all = await eventually(() => {
      const seen = adapter.reports.flatMap((each) => each.outcomes);
      return seen.find(({ aiProviderId }) => aiProviderId === 'aip_b');
    });
    expect(all).toMatchObject({ succeeded: 1, failed: {} });
    expect(all.durationMsSum).toBeGreaterThan(0);
  });

  it('charges a cancelled unary call for its prompt, and one that was never sent for nothing', async () => {
    first.reply(silent);
    const sent = new FakeCall(context);
    adapter.calls.take(sent);
    await eventually(() => first.seen[0]);
    sent.cancel();
    expect(await adapter.recordOf(sent.header.requestId)).toMatchObject({
      outcome: 'cancelled',
      status: 499,
      usageSource: 'estimated',
      usage: { inputTokens: 900, outputTokens: 0 },
    });
    await first.seen[0]?.closed;
    first.reply(json(429, '{}', { 'retry-after': '1' }));
    const waiting = new FakeCall(context);
    adapter.calls.take(waiting);
    await eventually(() => first.seen[1]);
    await eventually(() => adapter.logged[1]);
    waiting.cancel();
    expect(await adapter.recordOf(waiting.header.requestId)).toMatchObject({
      outcome: 'cancelled',
      usageSource: 'none',
      costPicoUsd: '0',
    });
  });

  it('lets open calls end when it drains, and cuts those that do not', async () => {
    first.reply(
      sse((r) => {
        r.write(chunk('a'));
        setTimeout(() => r.end(chunk('', 'stop') + DONE), 50);
      }),
      sse((r) => r.write(chunk('a'))),
    );
    const ends = new FakeCall(context, { stream: true });
    const hangs = new FakeCall(context, { stream: true });
    adapter.calls.take(ends);
    await eventually(() => first.seen[0]);
    adapter.calls.take(hangs);
    await hangs.until(() => hangs.text() !== '');
    await adapter.calls.drain(150);
    expect(ends.frames.at(-1)).toEqual({ kind: 'end' });
    expect(hangs.failure()).toMatchObject({ code: 'gateway.draining', recorded: true });
    expect(adapter.calls.size()).toBe(0);
    const later = await serve(new FakeCall(context));
    expect(later.failure()).not.toHaveProperty('recorded');
    expect(later.failure()?.code).toBe('gateway.draining');
  });
});

describe('the address that is dialled', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', '2130706433', '0x7f.1', '169.254.169.254'])(
    'is refused when it is not public: %s',
    async (host) => {
      const upstream = await startFakeUpstream();
      const adapter = new TestAdapter({ allowPrivate: false });
      adapter.connect('aip_a', { baseUrl: upstream.url.replace('127.0.0.1', host) });
      const call = new FakeCall(contextOf([candidateOf('aip_a')]));
      adapter.calls.take(call);
      await call.ended();
      expect(call.failure()?.code).toBe('provider.misconfigured');
      expect(upstream.seen).toHaveLength(0);
      await adapter.stop();
      await upstream.close();
    },
  );
});
