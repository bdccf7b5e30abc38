import { failure, type QuotaDefinition, REQUEST_KEY_CONNECTION } from '@tollgate/contracts';
import { grantOf, KEY, policy } from './fake-messaging.ts';
import { ASK, type Rig, startRig } from './rig.ts';

const CANARY = 'sk-canary-5fTq0vYd8ZrB1kLm';
const BRINGING = { 'x-tollgate-provider': 'anthropic', 'x-tollgate-provider-key': CANARY };
const NAMED = { ...ASK, model: 'claude-sonnet-4-5' };

describe("a request that brings its provider's key", () => {
  let rig: Rig;

  beforeAll(async () => {
    rig = await startRig();
  });
  beforeEach(() => {
    rig.fake.calls.length = 0;
    rig.fake.records.length = 0;
    rig.fake.planRequests.length = 0;
    rig.fake.setPolicy(KEY, policy({ allowProviderKeys: true }));
  });
  afterAll(() => rig.stop());

  const post = (headers: Record<string, string> = BRINGING, body: unknown = NAMED) =>
    rig.post('/v1/chat/completions', body, headers);
  const refusal = async (answer: Response) => {
    const text = await answer.text();
    expect(text).not.toContain(CANARY);
    const { error } = JSON.parse(text) as { error: { code: string; param?: string } };
    return { status: answer.status, code: error.code, param: error.param };
  };

  it('is planned for that provider and model alone, past the route', async () => {
    expect((await post()).status).toBe(200);
    expect(rig.fake.planRequests).toEqual([]);
    const [call] = rig.fake.calls;
    expect(call?.header.providerKey).toEqual({ provider: 'anthropic', key: CANARY });
    expect(call?.context.candidates).toMatchObject([
      { aiProviderId: REQUEST_KEY_CONNECTION, provider: 'anthropic', model: 'claude-sonnet-4-5' },
    ]);
    expect(JSON.stringify(call?.context)).not.toContain(CANARY);
  });

  it('may name the provider before the model, and needs no route', async () => {
    rig.fake.setPolicy(KEY, policy({ allowProviderKeys: true, routeId: null }));
    await post(BRINGING, { ...ASK, model: 'anthropic/claude-sonnet-4-5' });
    expect(rig.fake.calls[0]?.context.candidates[0]?.model).toBe('claude-sonnet-4-5');
  });

  it("is charged the policy's price under a hard budget where its model has none", async () => {
    const money: QuotaDefinition = {
      quotaId: 'quo_money',
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
    };
    const hard = policy({ allowProviderKeys: true, quotas: [money] });
    const unheardOf = { ...ASK, model: 'no-such-model', max_tokens: 9 };
    rig.fake.setPolicy(KEY, hard);
    expect(await refusal(await post(BRINGING, unheardOf))).toMatchObject({ status: 402 });
    const defaultPrice = { inputPerMTok: '5', outputPerMTok: '9' };
    rig.fake.setPolicy(KEY, { ...hard, defaultPrice });
    rig.fake.grant = () => grantOf({ costPicoUsd: '1000000000000', tokens: 0, requests: 1 });
    expect((await post(BRINGING, unheardOf)).status).toBe(200);
    expect(rig.fake.calls[0]?.context.candidates).toMatchObject([
      { priceOverride: defaultPrice, priceSource: 'default' },
    ]);
  });

  it.each([false, undefined])('is refused where the key does not allow it: %s', async (allowed) => {
    const changes = allowed === undefined ? {} : { allowProviderKeys: allowed };
    rig.fake.setPolicy(KEY, policy(changes));
    expect(await refusal(await post())).toEqual({
      status: 400,
      code: 'field_not_allowed',
      param: 'x-tollgate-provider-key',
    });
    expect(rig.fake.calls).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['no provider', { 'x-tollgate-provider-key': CANARY }, 'x-tollgate-provider'],
    ['no key', { 'x-tollgate-provider': 'openai' }, 'x-tollgate-provider-key'],
    ['an unknown provider', { ...BRINGING, 'x-tollgate-provider': 'evil' }, 'x-tollgate-provider'],
    [
      'a provider without an endpoint of its own',
      { ...BRINGING, 'x-tollgate-provider': 'azure' },
      'x-tollgate-provider',
    ],
    [
      'one on this machine',
      { ...BRINGING, 'x-tollgate-provider': 'ollama' },
      'x-tollgate-provider',
    ],
    [
      'two keys',
      { ...BRINGING, 'X-Tollgate-Provider-Key': `${CANARY}, ${CANARY}` },
      'x-tollgate-provider-key',
    ],
    [
      'blanks in its key',
      { ...BRINGING, 'x-tollgate-provider-key': `${CANARY} x` },
      'x-tollgate-provider-key',
    ],
  ])('is refused with %s', async (_name, headers, param) => {
    const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const answer = await post(Object.fromEntries(given) as Record<string, string>);
    expect(await refusal(answer)).toEqual({ status: 400, code: 'validation_error', param });
    expect(rig.fake.calls).toEqual([]);
  });

  it('must name the model', async () => {
    expect(await refusal(await post(BRINGING, ASK))).toMatchObject({ status: 400, param: 'model' });
  });

  it("is held to the key's allowlist", async () => {
    const allow = (...modelAllowlist: string[]): void =>
      rig.fake.setPolicy(KEY, policy({ allowProviderKeys: true, modelAllowlist }));
    allow('gpt-4o', 'openai/*');
    expect(await refusal(await post())).toMatchObject({ status: 403, code: 'model_not_allowed' });
    allow('anthropic/claude-*');
    expect((await post()).status).toBe(200);
  });

  it("is held to the key's budgets", async () => {
    rig.fake.setPolicy(KEY, policy({ allowProviderKeys: true, quotas: [hardCost()] }));
    const unpriced = await post(BRINGING, { ...ASK, model: 'claude-nobody-knows' });
    expect(await refusal(unpriced)).toMatchObject({ status: 402, code: 'budget_exceeded' });
    rig.fake.grant = () => ({
      ok: true,
      value: { outcome: 'refused', reason: 'exceeded', quota: SPENT, retryAfterMs: null },
    });
    expect(await refusal(await post())).toMatchObject({ status: 402, code: 'budget_exceeded' });
    expect(rig.fake.calls).toEqual([]);
    rig.fake.grant = () => ({ ok: false, failure: failure('bus.no_responder') });
  });

  it('leaves no trace of the key in what the gateway records', async () => {
    rig.fake.onCall = ({ listener }) => listener.onFailure(failure('bus.peer_lost'));
    await post();
    await refusal(await post({ ...BRINGING, 'x-tollgate-provider': 'evil' }));
    expect(rig.fake.records.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(rig.fake.records)).not.toContain(CANARY);
    const metrics = await rig.telemetry.metrics.metrics();
    expect(metrics).not.toContain(CANARY);
  });
});

const SPENT = {
  windowId: 'win_1',
  hard: true,
  quotaId: 'quo_1',
  metric: 'cost',
  window: 'month',
  limit: '1000000000000',
  remaining: '0',
  resetsAt: null,
};

function hardCost() {
  return {
    quotaId: 'quo_1',
    scope: 'key' as const,
    scopeId: 'key_1',
    metric: 'cost' as const,
    window: 'month' as const,
    limit: '1000000000000',
    currency: 'USD',
    usdPerUnit: '1',
    timezone: 'UTC',
    hard: true,
    alertPct: [],
  };
}
