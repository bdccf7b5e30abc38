import {
  type Candidate,
  type Failure,
  failure,
  type GrantAnswer,
  type GrantRequest,
  type GrantReturn,
  type PlatformQuota,
  type QuotaDefinition,
  type Result,
} from '@tollgate/contracts';
import { answerWhole, KEY, plan, policy } from './fake-messaging.ts';
import { ASK, type Rig, startRig, until } from './rig.ts';

const [TEMPLATE] = plan().candidates;
if (!TEMPLATE) throw new Error('a candidate');
const price = { inputPerMTok: '0', outputPerMTok: '0', perRequest: '1' };
const THEIRS: Candidate = {
  ...TEMPLATE,
  aiProviderId: 'aip_theirs',
  access: 'platform',
  priceOverride: price,
};
const MINE: Candidate = { ...TEMPLATE, aiProviderId: 'aip_mine', model: 'mine' };
const DOLLAR = 1_000_000_000_000n;

const OWN: QuotaDefinition = {
  quotaId: 'quo_own',
  scope: 'key',
  scopeId: 'key_1',
  metric: 'requests',
  window: 'minute',
  limit: '1000',
  currency: null,
  usdPerUnit: null,
  timezone: 'UTC',
  hard: true,
  alertPct: [],
};

const SHARED = {
  ...OWN,
  scope: 'organization' as const,
  scopeId: 'org_1',
  window: 'total' as const,
  access: 'platform' as const,
};

const onboarding = (operation: 'chat' | 'embeddings'): PlatformQuota => ({
  ...SHARED,
  quotaId: `quo_${operation}`,
  kind: 'onboarding',
  operations: [operation],
});

const CREDITS: PlatformQuota = {
  ...SHARED,
  quotaId: 'quo_credits',
  kind: 'credits',
  metric: 'cost',
  currency: 'USD',
  usdPerUnit: '1',
};

/** Credits that cover so many dollars, in the hands of any number of gateways. */
class FakeCredits {
  private left: bigint;
  private grants = 0;

  constructor(dollars: number) {
    this.left = BigInt(dollars) * DOLLAR;
  }

  take({ quotas, need, want }: GrantRequest): Result<GrantAnswer, Failure> {
    const isLimited = quotas.some(({ quotaId }) => quotaId === CREDITS.quotaId);
    const needed = BigInt(need.costPicoUsd);
    if (isLimited && needed > this.left) return refusedBy(CREDITS.quotaId);
    const wanted = BigInt(want.costPicoUsd);
    const most = isLimited && wanted > this.left ? (this.left / needed) * needed : wanted;
    if (isLimited) this.left -= most;
    const amounts = { ...want, costPicoUsd: most.toString() };
    const grant = {
      grantId: `grt_${this.grants++}`,
      amounts,
      expiresAt: Date.now() + 30_000,
      quotas: [],
    };
    return { ok: true, value: { outcome: 'granted', grant } };
  }
}

function refusedBy(quotaId: string): Result<GrantAnswer, Failure> {
  const quota = { ...SHARED, quotaId, windowId: 'win_1', remaining: '0', resetsAt: null };
  return { ok: true, value: { outcome: 'refused', reason: 'exceeded', quota, retryAfterMs: null } };
}

const lastAsk = (rig: Rig): GrantRequest => rig.fake.grantsTaken.at(-1) as GrantRequest;
const quotaIds = (rig: Rig) => lastAsk(rig).quotas.map(({ quotaId }) => quotaId);
const servedBy = (rig: Rig) =>
  rig.fake.calls.map(({ context }) => context.candidates.map(({ aiProviderId }) => aiProviderId));

describe('platform access', () => {
  const rigs: Rig[] = [];
  const start = async (
    candidates: readonly Candidate[],
    quotas: readonly PlatformQuota[],
    own: readonly QuotaDefinition[] = [],
  ): Promise<Rig> => {
    const rig = await startRig();
    rigs.push(rig);
    rig.fake.setPolicy(KEY, policy({ quotas: [...own], platformQuotas: [...quotas] }));
    rig.fake.answerPlan = () => ({
      ok: true,
      value: { outcome: 'planned', plan: plan({ candidates: [...candidates] }) },
    });
    const credits = new FakeCredits(1_000_000);
    rig.fake.grant = () => credits.take(lastAsk(rig));
    return rig;
  };
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.stop();
  });

  it("draws on the key's quotas and on those of the operation together", async () => {
    const rig = await start([THEIRS], [onboarding('embeddings'), CREDITS], [OWN]);
    expect((await rig.post('/v1/chat/completions', ASK)).status).toBe(200);
    expect(rig.fake.planRequests[0]).toMatchObject({ needsPrice: false, needsPlatformPrice: true });
    expect(quotaIds(rig)).toEqual(['quo_own', 'quo_credits']);
    expect(lastAsk(rig).need).toMatchObject({ costPicoUsd: DOLLAR.toString(), requests: 1 });
    expect(lastAsk(rig).quotas[1]).not.toHaveProperty('kind');
    expect(rig.fake.calls[0]?.header.draw).toMatchObject({ grantId: 'grt_0' });
  });

  it("touches no quota of platform access for a project's own connections", async () => {
    const rig = await start([MINE], [onboarding('chat'), CREDITS]);
    expect((await rig.post('/v1/chat/completions', ASK)).status).toBe(200);
    expect(rig.fake.grantsTaken).toEqual([]);
    const limited = await start([MINE], [CREDITS], [OWN]);
    await limited.post('/v1/chat/completions', ASK);
    expect(quotaIds(limited)).toEqual(['quo_own']);
  });

  it("goes on with the project's own connections when platform access is refused", async () => {
    const rig = await start([THEIRS, MINE], [onboarding('chat')], [OWN]);
    const credits = new FakeCredits(1);
    rig.fake.grant = () =>
      quotaIds(rig).includes('quo_chat') ? refusedBy('quo_chat') : credits.take(lastAsk(rig));
    expect((await rig.post('/v1/chat/completions', ASK)).status).toBe(200);
    expect(servedBy(rig)).toEqual([['aip_mine']]);
    expect(quotaIds(rig)).toEqual(['quo_own']);
    expect(rig.fake.calls[0]?.header.draw).not.toBeNull();
  });

  it('goes on with them as well when budget is away and only platform access has quotas', async () => {
    const rig = await start([THEIRS, MINE], [CREDITS]);
    rig.fake.grant = () => ({ ok: false, failure: failure('bus.no_responder') });
    expect((await rig.post('/v1/chat/completions', ASK)).status).toBe(200);
    expect(servedBy(rig)).toEqual([['aip_mine']]);
  });

  it('tells the onboarding cap apart, in each shape, and what lifts it', async () => {
    const rig = await start([THEIRS], [onboarding('chat')]);
    rig.fake.grant = () => refusedBy('quo_chat');
    const openai = await rig.post('/v1/chat/completions', ASK);
    expect(openai.status).toBe(402);
    expect(await openai.json()).toMatchObject({ error: { code: 'free_managed_limit_reached' } });
    const own = await rig.post('/v1/chat', ASK);
    expect(own.status).toBe(402);
    expect(await own.json()).toMatchObject({
      error: 'free_managed_limit_reached',
      upgrade_required: true,
      upgrade_to: 'byok',
    });
    expect(rig.fake.calls).toEqual([]);
    await until(() => rig.fake.records.length === 2, 'both records');
    expect(rig.fake.records[0]).toMatchObject({ failure: 'budget.managed_limit', draw: null });
  });

  it("answers budget_exceeded for spent credits, and for the key's own quota whatever is left", async () => {
    const rig = await start([THEIRS], [CREDITS]);
    rig.fake.grant = () => refusedBy('quo_credits');
    const spent = await rig.post('/v1/chat/completions', ASK);
    expect(spent.status).toBe(402);
    const body = (await spent.json()) as { error: { code: string; message: string } };
    expect(body.error.code).toBe('budget_exceeded');
    expect(body.error.message).toMatch(/credits/);

    const own = await start([THEIRS, MINE], [CREDITS], [OWN]);
    own.fake.grant = () => refusedBy('quo_own');
    expect((await own.post('/v1/chat/completions', ASK)).status).toBe(402);
    expect(own.fake.calls).toEqual([]);
  });

  it('says in the record whose credential a lost call used', async () => {
    const rig = await start([THEIRS], [onboarding('chat')]);
    rig.fake.onCall = (call) => call.listener.onFailure(failure('bus.peer_lost'));
    await rig.post('/v1/chat/completions', ASK);
    await until(() => rig.fake.records.length === 1, 'the record');
    expect(rig.fake.records[0]).toMatchObject({ access: 'platform', usageSource: 'estimated' });
  });

  it('serves 200 clients at two gateways by platform access exactly as often as credits allow', async () => {
    const credits = new FakeCredits(37);
    const gateways = [
      await start([THEIRS, MINE], [CREDITS]),
      await start([THEIRS, MINE], [CREDITS]),
    ];
    for (const rig of gateways) {
      rig.fake.grant = () => credits.take(lastAsk(rig));
      rig.fake.onCall = answerWhole;
    }
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (_, place) => {
        const answer = await gateways[place % 2]?.post('/v1/chat/completions', ASK);
        await answer?.arrayBuffer();
        return answer?.status;
      }),
    );
    expect(statuses.every((status) => status === 200)).toBe(true);
    const calls = gateways.flatMap(servedBy);
    expect(calls).toHaveLength(200);
    expect(calls.filter((ids) => ids.includes('aip_theirs'))).toHaveLength(37);
    const returned = gateways.flatMap(({ fake }) => fake.grantsReturned as GrantReturn[]);
    expect(returned.every(({ drawn }) => BigInt(drawn.costPicoUsd) > 0n)).toBe(true);
  });
});
