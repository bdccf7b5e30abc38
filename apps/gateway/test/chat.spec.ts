import { failure, type QuotaDefinition, type RequestRecord } from '@tollgate/contracts';
import { answerWhole, COMPLETION, grantOf, HEAD, KEY, plan, policy } from './fake-messaging.ts';
import { openRaw } from './raw-http.ts';
import { ASK, type Rig, startRig, until } from './rig.ts';

const CHAT = '/v1/chat/completions';
const STREAM_HEAD = { ...HEAD, contentType: 'text/event-stream', costUsd: null };

const quota = (changes: Partial<QuotaDefinition> = {}): QuotaDefinition => ({
  quotaId: 'quo_1',
  scope: 'key',
  scopeId: 'key_1',
  metric: 'cost',
  window: 'month',
  limit: '1000000000000',
  currency: 'USD',
  usdPerUnit: '1',
  timezone: 'UTC',
  hard: true,
  alertPct: [],
  ...changes,
});

describe('a chat request', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    const { fake } = rig;
    fake.setPolicy(KEY, policy());
    fake.onCall = answerWhole;
    fake.answerPlan = () => ({ ok: true, value: { outcome: 'planned', plan: plan() } });
    fake.isUp = true;
    fake.records.length = 0;
    fake.calls.length = 0;
    fake.planRequests.length = 0;
  });

  it('guarantees the adapter’s bytes with the headers of the API', async () => {
    const response = await rig.post(
      '/v1/chat/completions',
      { ...ASK, model: 'x', future: 1 },
      { 'x-request-id': 'mine-1' },
    );
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(COMPLETION);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(COMPLETION.length),
      'x-request-id': 'mine-1',
      'x-tollgate-request-id': expect.stringMatching(/^req_[0-9a-z]{26}$/),
      'x-tollgate-provider': 'openai',
      'x-tollgate-model': 'gpt-4o-mini',
      'x-tollgate-attempts': '1',
      'x-tollgate-cost-usd': '0.000001',
    });
    const call = rig.fake.calls.at(-1);
    expect(JSON.parse(Buffer.from(call?.body ?? []).toString())).toEqual({
      ...ASK,
      model: 'x',
      future: 1,
    });
    expect(call?.header).toMatchObject({
      requestId: response.headers.get('x-tollgate-request-id'),
      clientRequestId: 'mine-1',
      dialect: 'openai-chat',
      modelAsked: 'x',
      stream: false,
      draw: null,
      outputCap: null,
    });
    expect(call?.context).toMatchObject({ keyId: 'key_1', routeVersion: 3 });
  });

  it('guarantees a stream with heartbeat-safe headers, written as it comes', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead({ ...HEAD, contentType: 'text/event-stream', costUsd: null });
      listener.onData(Buffer.from('data: {"a":1}\n\n'));
      setImmediate(() => {
        listener.onData(Buffer.from('data: [DONE]\n\n'));
        listener.onEnd({ recorded: true });
      });
    };
    const response = await rig.post('/v1/chat/completions', { ...ASK, stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(await response.text()).toBe('data: {"a":1}\n\ndata: [DONE]\n\n');
  });

  it('guarantees that a whole answer above its buffer still arrives whole', async () => {
    const part = Buffer.alloc(300_000, 'x');
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(HEAD);
      for (let i = 0; i < 10; i++) listener.onData(part);
      listener.onEnd({ recorded: true });
    };
    const response = await rig.post(CHAT, ASK);
    expect((await response.text()).length).toBe(3_000_000);
  });

  it('guarantees that credit comes back as the client reads, and not before', async () => {
    const events = 400;
    const event = Buffer.from(`data: ${'x'.repeat(20_000)}\n\n`);
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      for (let i = 0; i < events; i++) listener.onData(event);
    };
    const body = JSON.stringify({ ...ASK, stream: true });
    const raw = await openRaw(
      rig.url,
      `POST ${CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    raw.socket.pause();
    await until(
      () => rig.fake.calls.length === 1 && (rig.fake.calls[0]?.credited ?? 0) > 0,
      'the first credit',
    );
    const call = rig.fake.calls[0];
    expect(call?.credited).toBeLessThan(events * event.length);
    raw.socket.resume();
    await until(() => call?.credited === events * event.length, 'all credit');
    raw.socket.destroy();
    await until(() => call?.isCancelled === true, 'the cancel');
  });

  it('guarantees that plans are asked for once, and used again for their class', async () => {
    rig.fake.changeConfig(null);
    await Promise.all(
      Array.from({ length: 20 }, () =>
        rig.post(CHAT, { ...ASK, model: 'once' }).then((r) => r.text()),
      ),
    );
    await (await rig.post(CHAT, { ...ASK, model: 'once' })).text();
    expect(rig.fake.planRequests).toHaveLength(1);
    expect(rig.fake.planRequests[0]).toMatchObject({
      routeId: 'rte_1',
      needsPrice: false,
      profileClass: { modelAsked: 'once', inputTokensBelow: 1024, outputCap: null },
    });
    rig.fake.changeConfig(['route.rte_1']);
    await (await rig.post(CHAT, { ...ASK, model: 'once' })).text();
    expect(rig.fake.planRequests).toHaveLength(2);
    rig.fake.setPolicy(KEY, policy({ metadata: { changed: 'yes' } }));
    await (await rig.post(CHAT, { ...ASK, model: 'once' })).text();
    expect(rig.fake.planRequests).toHaveLength(3);
    expect(rig.fake.calls.at(-1)?.context.keyMetadata).toEqual({ changed: 'yes' });
  });

  it('guarantees that a model may name a route', async () => {
    rig.fake.setPolicy(KEY, policy({ routeId: null, routesByName: { smart: 'rte_2' } }));
    await (await rig.post(CHAT, { ...ASK, model: 'smart' })).text();
    expect(rig.fake.planRequests).toMatchObject([
      { routeId: 'rte_2', profileClass: { modelAsked: null } },
    ]);
    const response = await rig.post(CHAT, { ...ASK, model: 'other' });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: 'no_published_route' } });
  });

  it('guarantees a new order for each request where weights are drawn', async () => {
    const [one] = plan().candidates;
    if (!one) throw new Error('no candidate');
    rig.fake.answerPlan = () => ({
      ok: true,
      value: {
        outcome: 'planned',
        plan: plan({ order: 'weighted', candidates: [one, { ...one, model: 'b' }] }),
      },
    });
    for (let i = 0; i < 40; i++) await (await rig.post(CHAT, { ...ASK, model: 'weighted' })).text();
    const orders = new Set(rig.fake.calls.map((call) => JSON.stringify(call.header.order)));
    expect(orders).toEqual(new Set(['[0,1]', '[1,0]']));
  });

  it.each([
    [{ outcome: 'no_route' as const }, 403, 'no_published_route'],
    [{ outcome: 'model_not_allowed' as const }, 403, 'model_not_allowed'],
    [
      {
        outcome: 'exhausted' as const,
        excluded: [
          {
            aiProviderId: 'aip_1',
            connectionName: 'c',
            provider: 'openai' as const,
            model: 'm',
            reason: 'unhealthy' as const,
            text: 'open',
          },
        ],
      },
      503,
      'all_providers_exhausted',
    ],
  ])('guarantees that the plan answer %j is %d and recorded', async (value, status, code) => {
    rig.fake.answerPlan = () => ({ ok: true, value });
    const response = await rig.post(CHAT, { ...ASK, model: `plan-${code}` });
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error: { code: string; details?: unknown[] } };
    expect(error.code).toBe(code);
    if (status === 503) {
      expect(error.details).toEqual([
        { provider: 'openai', model: 'm', code: 'unhealthy', reason: 'open' },
      ]);
      expect(response.headers.get('retry-after')).toBe('1');
    }
    expect(rig.fake.records).toMatchObject([
      { outcome: 'refused', status, code, id: response.headers.get('x-tollgate-request-id') },
    ]);
  });

  it('guarantees 503 while routing is away, and that a plan past its time stands in', async () => {
    const away = () => ({ ok: false as const, failure: failure('bus.no_responder') });
    rig.fake.answerPlan = away;
    expect((await rig.post(CHAT, { ...ASK, model: 'away' })).status).toBe(503);
    rig.fake.answerPlan = () => ({
      ok: true,
      value: { outcome: 'planned', plan: plan({ ttlMs: 1 }) },
    });
    expect((await rig.post(CHAT, { ...ASK, model: 'away' })).status).toBe(200);
    rig.fake.answerPlan = away;
    expect((await rig.post(CHAT, { ...ASK, model: 'away' })).status).toBe(200);
  });

  it('guarantees that a key with a hard budget draws an upper bound and caps the answer', async () => {
    rig.fake.setPolicy(
      KEY,
      policy({
        quotas: [
          quota(),
          quota({
            quotaId: 'quo_2',
            metric: 'requests',
            window: 'minute',
            limit: '100',
            currency: null,
          }),
        ],
      }),
    );
    rig.fake.grant = () =>
      grantOf({ costPicoUsd: '1000000000000', tokens: 0, requests: 50 }, [
        {
          quotaId: 'quo_2',
          windowId: 'win_1',
          metric: 'requests',
          window: 'minute',
          hard: true,
          limit: '100',
          remaining: '50',
          resetsAt: Date.now() + 30_000,
        },
      ]);
    const response = await rig.post(CHAT, ASK);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-tollgate-max-tokens')).toBe('4096');
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('100');
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('99');
    expect(response.headers.get('x-ratelimit-reset-requests')).toMatch(/^(29|30)s$/);
    const bytes = JSON.stringify(ASK).length;
    expect(rig.fake.calls[0]?.header).toMatchObject({
      outputCap: 4096,
      draw: {
        grantId: 'grt_1',
        amounts: {
          tokens: bytes + 4096,
          requests: 1,
          costPicoUsd: String(bytes * 1_000_000 + 4096 * 2_000_000),
        },
      },
    });
    expect(rig.fake.planRequests[0]?.needsPrice).toBe(true);
    const named = await rig.post(CHAT, { ...ASK, max_tokens: 10 });
    expect(named.headers.get('x-tollgate-max-tokens')).toBeNull();
    expect(rig.fake.calls[1]?.header).toMatchObject({
      outputCap: null,
      draw: { amounts: { tokens: bytes + ',"max_tokens":10'.length + 10 } },
    });
  });

  it('guarantees that a refused grant never reaches a provider', async () => {
    rig.fake.setPolicy(KEY, policy({ quotas: [quota()] }));
    rig.fake.grant = () => ({
      ok: true,
      value: {
        outcome: 'refused',
        reason: 'exceeded',
        retryAfterMs: null,
        quota: {
          quotaId: 'quo_1',
          windowId: 'w',
          metric: 'cost',
          window: 'month',
          hard: true,
          limit: '5',
          remaining: '0',
          resetsAt: null,
        },
      },
    });
    const response = await rig.post('/v1/chat', ASK);
    expect(response.status).toBe(402);
    expect(await response.json()).toMatchObject({ error: 'budget_exceeded' });
    expect(rig.fake.calls).toHaveLength(0);
    expect(rig.fake.records).toMatchObject([
      { outcome: 'refused', code: 'budget_exceeded', status: 402 },
    ]);
  });

  const lost = async (
    failWith: Parameters<typeof failure>[0],
    isStream: boolean,
    recorded?: boolean,
  ): Promise<[Response, string, RequestRecord | undefined]> => {
    rig.fake.setPolicy(KEY, policy({ quotas: [quota()] }));
    rig.fake.grant = () => grantOf({ costPicoUsd: '1000000000000', tokens: 0, requests: 0 });
    rig.fake.onCall = ({ listener }) => {
      if (isStream) {
        listener.onHead(STREAM_HEAD);
        listener.onData(Buffer.from(`data: {"x":"${'y'.repeat(990)}"}\n\n`));
      }
      listener.onFailure(failure(failWith, recorded === undefined ? {} : { recorded }));
    };
    const response = await rig.post(CHAT, { ...ASK, stream: isStream });
    return [response, await response.text(), rig.fake.records[0]];
  };

  it.each(['bus.no_responder', 'gateway.draining', 'gateway.overloaded'] as const)(
    'guarantees that a call nobody took (%s) gives its draw back',
    async (code) => {
      const [response, , record] = await lost(code, false);
      expect(response.status).toBe(503);
      expect(record).toMatchObject({
        outcome: 'failed',
        usageSource: 'none',
        costPicoUsd: '0',
        draw: { grantId: 'grt_1' },
        failure: code,
      });
    },
  );

  it.each(['gateway.internal', 'gateway.overloaded'] as const)(
    'guarantees that a call whose record the adapter lost (%s) is charged as estimated',
    async (code) => {
      const [, , record] = await lost(code, false, false);
      expect(record).toMatchObject({ usageSource: 'estimated', recordedBy: 'gateway' });
      expect(Number(record?.costPicoUsd)).toBeGreaterThan(0);
    },
  );

  it('guarantees that a lost adapter is charged as estimated, and told in the stream', async () => {
    const [response, text, record] = await lost('bus.peer_lost', true);
    expect(response.status).toBe(200);
    expect(text).toMatch(/\n\nevent: error\ndata: \{"error":.*"code":"overloaded".*\}\n\n$/);
    expect(text).not.toContain('[DONE]');
    expect(record).toMatchObject({
      id: response.headers.get('x-tollgate-request-id'),
      outcome: 'interrupted',
      usageSource: 'estimated',
      recordedBy: 'gateway',
      model: 'gpt-4o-mini',
      aiProviderId: 'aip_1',
      draw: { grantId: 'grt_1' },
    });
    const input = record?.usage.inputTokens ?? 0;
    const output = record?.usage.outputTokens ?? 0;
    expect([input > 0, output]).toEqual([true, 6]);
    expect(record?.costPicoUsd).toBe(String(input * 1_000_000 + output * 2_000_000));
  });

  it('guarantees that a failure that the adapter tells is not recorded twice', async () => {
    rig.fake.onCall = ({ listener }) =>
      listener.onFailure(failure('provider.rate_limited', { retryAfterMs: 2_500, recorded: true }));
    const response = await rig.post(CHAT, ASK);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('3');
    expect(await response.json()).toMatchObject({ error: { code: 'provider_rate_limited' } });
    expect(rig.fake.records).toHaveLength(0);
  });

  it('guarantees that an interrupted event is closed before the failure', async () => {
    rig.fake.onCall = ({ listener }) => {
      listener.onHead(STREAM_HEAD);
      listener.onData(Buffer.from('data: {"a":1}\n\ndata: {"half'));
      listener.onFailure(failure('provider.interrupted'));
    };
    const text = await (await rig.post('/v1/chat', { ...ASK, stream: true })).text();
    expect(text).toMatch(
      /^data: \{"a":1\}\n\ndata: \{"half\n\nevent: error\ndata: \{"error":"upstream_interrupted".*\}\n\n$/,
    );
  });

  it('guarantees that a key that is not good is refused alike, and the record says why', async () => {
    const standings = [
      [{ status: 'revoked' }, 'auth.key_revoked'],
      [{ status: 'disabled' }, 'auth.key_disabled'],
      [{ expiresAt: 1 }, 'auth.key_expired'],
      [{ expiresAt: 1, textEndsAt: 1 }, 'auth.key_rotated'],
      [{ sourceRanges: ['192.0.2.0/24'] }, 'auth.key_source_not_allowed'],
    ] as const;
    const answers = new Set<string>();
    for (const [changes] of standings) {
      rig.fake.setPolicy(KEY, policy({ ...changes, metadata: { team: 'a' } } as never));
      const response = await rig.post(CHAT, ASK, { 'x-request-id': 'same' });
      expect(response.status).toBe(401);
      answers.add((await response.text()).replace(/req_\w+/g, ''));
    }
    expect(answers.size).toBe(1);
    expect([...answers][0]).toContain('"code":"invalid_api_key"');
    expect(rig.fake.records).toMatchObject(
      standings.map(([, failure]) => ({
        failure,
        code: 'invalid_api_key',
        metadata: { team: 'a' },
      })),
    );
  });

  it('guarantees 503 for a key that is not cached while the config store is away', async () => {
    rig.fake.isConfigUp = false;
    const response = await rig.post(CHAT, ASK, { authorization: 'Bearer tg_live_notcached000000' });
    rig.fake.isConfigUp = true;
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'overloaded' } });
  });

  it.each(['x-api-key', 'x-goog-api-key'])(
    'guarantees that %s carries the key as well',
    async (header) => {
      const response = await fetch(`${rig.url}${CHAT}`, {
        method: 'POST',
        headers: { [header]: KEY, 'content-type': 'application/json' },
        body: JSON.stringify(ASK),
      });
      expect(response.status).toBe(200);
    },
  );

  it('guarantees that the caller’s trace goes on, and that one is made where there is none', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await (await rig.post(CHAT, ASK, { traceparent })).text();
    await (await rig.post(CHAT, ASK, { traceparent: '00-zz' })).text();
    expect(rig.fake.calls[0]?.header.traceparent).toBe(traceparent);
    expect(rig.fake.calls[1]?.header.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});
