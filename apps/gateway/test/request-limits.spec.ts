import {
  type Candidate,
  type GrantAnswer,
  type GrantRequest,
  type RequestQuota,
  type Result,
  type Failure,
  type Selector,
} from '@tollgate/contracts';
import { grantOf, KEY, plan, policy } from './fake-messaging.ts';
import { ASK, type Rig, startRig, until } from './rig.ts';

const [TEMPLATE] = plan().candidates;
if (!TEMPLATE) throw new Error('a candidate');
const OPENAI: Candidate = { ...TEMPLATE, aiProviderId: 'aip_openai', model: 'gpt-5' };
const ANTHROPIC: Candidate = {
  ...TEMPLATE,
  aiProviderId: 'aip_anthropic',
  provider: 'anthropic',
  model: 'claude-haiku-4-5',
};

const limit = (selector: Selector, changes: Partial<RequestQuota> = {}): RequestQuota => ({
  quotaId: `quo_${selector.by}`,
  scope: 'project',
  scopeId: 'prj_1',
  metric: 'requests',
  window: 'minute',
  limit: '5',
  currency: null,
  usdPerUnit: null,
  timezone: 'UTC',
  hard: true,
  alertPct: [],
  selector,
  ...changes,
});

const asks = (rig: Rig) => rig.fake.grantsTaken as GrantRequest[];
const countedIn = ({ quotas }: GrantRequest) => quotas.map(({ counts }) => counts?.value);

/** Budget refuses whatever names a quota of that value, and grants the rest as asked. */
function refuseFor(rig: Rig, waits: Readonly<Record<string, number>>): void {
  rig.fake.grant = (): Result<GrantAnswer, Failure> => {
    const ask = asks(rig).at(-1);
    const met = ask?.quotas.find(({ counts }) => counts && counts.value in waits);
    if (!ask || !met)
      return grantOf(ask?.need ?? { costPicoUsd: '0', tokens: 0, requests: 1 }) as Result<
        GrantAnswer,
        Failure
      >;
    const { quotaId, metric, window, hard, limit: most } = met;
    const quota = {
      quotaId,
      windowId: 'win_1',
      metric,
      window,
      hard,
      limit: most,
      remaining: '0',
      resetsAt: null,
    };
    const retryAfterMs = waits[met.counts?.value ?? ''] ?? null;
    return { ok: true, value: { outcome: 'refused', reason: 'rate_limited', quota, retryAfterMs } };
  };
}

describe('limits that select requests', () => {
  const rigs: Rig[] = [];
  const start = async (
    requestQuotas: readonly RequestQuota[],
    candidates: readonly Candidate[] = [OPENAI, ANTHROPIC],
    metadata: Record<string, string> = {},
  ): Promise<Rig> => {
    const rig = await startRig();
    rigs.push(rig);
    rig.fake.setPolicy(KEY, policy({ requestQuotas: [...requestQuotas], metadata }));
    rig.fake.answerPlan = () => ({
      ok: true,
      value: { outcome: 'planned', plan: plan({ candidates: [...candidates] }) },
    });
    refuseFor(rig, {});
    return rig;
  };
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.stop();
  });

  it('are drawn on by each end user for itself, and by nobody who is not named', async () => {
    const rig = await start([limit({ by: 'end_user', match: null })]);
    const post = (user?: string) => rig.post('/v1/chat/completions', { ...ASK, model: 'm', user });
    for (const user of ['alice', 'bob', 'alice', undefined])
      expect((await post(user)).status).toBe(200);
    expect(asks(rig).map(countedIn)).toEqual([['alice'], ['bob'], ['alice']]);
    const [alice, bob, again] = asks(rig).map(({ quotas }) => quotas[0]?.quotaId);
    expect(again).toBe(alice);
    expect(bob).not.toBe(alice);
    expect(rig.fake.calls.at(-1)?.header.draw).toBeNull();
    refuseFor(rig, { bob: 1_500 });
    const refused = await post('bob');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await refused.json()).toMatchObject({
      error: { message: 'A rate limit of end user "bob" was met.' },
    });
    expect((await post('alice')).status).toBe(200);
  });

  it("go by the key's metadata before the request's", async () => {
    const teams = limit({ by: 'tag', tag: 'team', match: null });
    const body = { ...ASK, model: 'm', metadata: { team: 'search' } };
    const free = await start([teams]);
    await free.post('/v1/chat/completions', body);
    await free.post('/v1/chat/completions', body, { 'x-tollgate-metadata': '{"team":"sales"}' });
    expect(asks(free).map(countedIn)).toEqual([['search'], ['sales']]);
    const bound = await start([teams], [OPENAI], { team: 'ads' });
    await bound.post('/v1/chat/completions', body);
    expect(asks(bound).map(countedIn)).toEqual([['ads']]);
  });

  it('leave out those who met one, and say so to whoever is asked instead', async () => {
    const rig = await start([limit({ by: 'model', match: null })]);
    expect((await rig.post('/v1/chat/completions', ASK)).status).toBe(200);
    expect(asks(rig).map(countedIn)).toEqual([['gpt-5', 'claude-haiku-4-5']]);
    refuseFor(rig, { 'gpt-5': 9_000 });
    expect((await rig.post('/v1/chat/completions', ASK)).status).toBe(200);
    const { context, header } = rig.fake.calls.at(-1) ?? {};
    expect(context?.candidates).toEqual([ANTHROPIC]);
    expect(context?.excluded).toMatchObject([
      { aiProviderId: 'aip_openai', reason: 'limit_met', text: 'a limit of model "gpt-5" was met' },
    ]);
    expect(header?.draw).not.toBeNull();
    expect(rig.fake.calls[0]?.context.candidates).toHaveLength(2);
  });

  it('refuse where nobody is left, and name the one that is free again the soonest', async () => {
    const rig = await start([limit({ by: 'provider', match: null })]);
    refuseFor(rig, { aip_openai: 9_000, aip_anthropic: 4_000 });
    const refused = await rig.post('/v1/chat/completions', ASK);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('4');
    expect(await refused.json()).toMatchObject({
      error: { message: 'A rate limit of provider "aip_anthropic" was met.' },
    });
    expect(rig.fake.calls).toEqual([]);
    await until(() => rig.fake.records.length === 1, 'the record');
    expect(rig.fake.records[0]).toMatchObject({ failure: 'budget.rate_limited', draw: null });
  });

  it('need a price where they limit money', async () => {
    const rig = await start([
      limit({ by: 'end_user', match: null }, { metric: 'cost', currency: 'USD', usdPerUnit: '1' }),
    ]);
    await rig.post('/v1/chat/completions', { ...ASK, model: 'm', user: 'alice' });
    expect(rig.fake.planRequests[0]).toMatchObject({ needsPrice: true });
    expect(BigInt(asks(rig)[0]?.need.costPicoUsd ?? 0)).toBeGreaterThan(0n);
    expect(rig.fake.calls[0]?.header.outputCap).toBeGreaterThan(0);
  });

  it('are worked out once for requests that are alike', async () => {
    const rig = await start([limit({ by: 'end_user', match: null })]);
    rig.fake.grant = () => grantOf({ costPicoUsd: '0', tokens: 0, requests: 100 });
    const body = { ...ASK, model: 'm', user: 'alice' };
    for (let i = 0; i < 20; i++) await rig.post('/v1/chat/completions', body);
    expect(asks(rig)).toHaveLength(1);
    expect(rig.fake.calls).toHaveLength(20);
    const contexts = new Set(rig.fake.calls.map(({ context }) => context));
    expect(contexts.size).toBe(1);
  });
});
