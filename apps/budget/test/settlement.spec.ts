import type { Grant, GrantRequest, QuotaDefinition, RequestRecord } from '@tollgate/contracts';
import { SweepGrants } from '../src/application/sweep-grants.ts';
import { describeDifferences, verifyDatabase } from '../src/verify.ts';
import { askFor, inSeconds, type Instance, instanceOn } from './desk-fixture.ts';
import { quotaOf, recordOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();

async function take(
  instance: Instance,
  quotas: readonly QuotaDefinition[],
  changes: Partial<GrantRequest> = {},
): Promise<Grant> {
  const answer = await instance.desk.take(askFor(quotas, changes), inSeconds(5));
  if (answer.outcome === 'granted') return answer.grant;
  throw new Error(`refused: ${answer.reason}`);
}

const drawOn = (grant: Grant) => ({ grantId: grant.grantId, amounts: grant.amounts });

function messageOf(sequence: number, ...records: readonly (RequestRecord | string)[]) {
  const lines = records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return { sequence, redeliveries: 0, lines };
}

async function balances(quota: QuotaDefinition): Promise<string> {
  const rows = await fixture
    .database()
    .query<{ text: string }>(
      `select concat(settled, ' settled, ', granted, ' granted') as text from budget.quota_window where quota_id = $1`,
      [quota.quotaId],
    );
  return rows.map((row) => row.text).join('; ');
}

async function agree(): Promise<void> {
  expect(describeDifferences(await verifyDatabase(fixture.url()))).toEqual([
    'the ledger and all balances agree',
  ]);
}

describe('settlement', () => {
  it('moves what was drawn to what was used, and gives the rest back', async () => {
    const instance = instanceOn(fixture.ledger());
    const money = quotaOf({ metric: 'cost', limit: '100000' });
    const tokens = quotaOf({ metric: 'tokens', limit: '1000' });
    const grant = await take(instance, [money, tokens]);
    expect(await balances(money)).toBe('0 settled, 1000 granted');
    const record = recordOf({ draw: drawOn(grant), costPicoUsd: '400' });
    expect(await instance.settle.handle([messageOf(1, record)])).toEqual([{ kind: 'done' }]);
    expect(await balances(money)).toBe('400 settled, 0 granted');
    expect(await balances(tokens)).toBe('15 settled, 0 granted');
    await agree();
  });

  it('charges a record once, however often it comes, in one batch or over two instances', async () => {
    const one = instanceOn(fixture.ledger());
    const two = instanceOn(fixture.another().ledger);
    const quota = quotaOf({ metric: 'cost', limit: '100000' });
    const grants = [await take(one, [quota]), await take(one, [quota])];
    const records = grants.map((grant) => recordOf({ draw: drawOn(grant), costPicoUsd: '700' }));
    const [first, second] = records;
    if (!first || !second) throw new Error('two records');
    const guess = { ...first, costPicoUsd: '999', recordedBy: 'gateway' as const };
    const batch = [messageOf(1, first, first, guess), messageOf(2, second)];
    await Promise.all([
      ...Array.from({ length: 6 }, () => one.settle.handle(batch)),
      ...Array.from({ length: 6 }, () => two.settle.handle([...batch].reverse())),
    ]);
    expect(one.errors).toEqual([]);
    expect(two.errors).toEqual([]);
    expect(await balances(quota)).toBe('1400 settled, 0 granted');
    await one.settle.handle([messageOf(3, guess)]);
    expect(await balances(quota)).toBe('1400 settled, 0 granted');
    await agree();
  });

  it('refunds a request that reached no provider', async () => {
    const instance = instanceOn(fixture.ledger());
    const quotas = [quotaOf({ limit: '10' }), quotaOf({ metric: 'cost', limit: '5000' })];
    const grant = await take(instance, quotas);
    const nothing = { ...recordOf().usage, inputTokens: 0, outputTokens: 0 };
    const record = recordOf({
      draw: drawOn(grant),
      costPicoUsd: '0',
      attempts: [],
      usage: nothing,
      outcome: 'refused',
    });
    await instance.settle.handle([messageOf(1, record)]);
    for (const quota of quotas) expect(await balances(quota)).toBe('0 settled, 0 granted');
  });

  it('books an overrun whole', async () => {
    const instance = instanceOn(fixture.ledger(), { patienceMs: 0 });
    const quota = quotaOf({ metric: 'cost', limit: '1500' });
    const grant = await take(instance, [quota]);
    await instance.settle.handle([
      messageOf(1, recordOf({ draw: drawOn(grant), costPicoUsd: '9000' })),
    ]);
    expect(await balances(quota)).toBe('9000 settled, 0 granted');
    const refused = await instance.desk.take(askFor([quota]), inSeconds(5));
    expect(refused).toMatchObject({ outcome: 'refused', quota: { remaining: '0' } });
  });

  it('books a record without a draw into the windows of its key, project and organization', async () => {
    const instance = instanceOn(fixture.ledger());
    const own = { projectId: 'prj_w', organizationId: 'org_w', keyId: 'key_w' };
    const soft = quotaOf({
      hard: false,
      scope: 'project',
      scopeId: 'prj_w',
      metric: 'cost',
      limit: '10',
    });
    await take(instance, [soft], own);
    await instance.settle.handle([messageOf(1, recordOf({ ...own, costPicoUsd: '70' }))]);
    expect(await balances(soft)).toBe('70 settled, 1000 granted');
    await agree();
  });

  it('charges quotas of platform access only what platform attempts used', async () => {
    const instance = instanceOn(fixture.ledger());
    const own = { projectId: 'prj_p', organizationId: 'org_p', keyId: 'key_p' };
    const money = quotaOf({ metric: 'cost', limit: '100000' });
    const shared = { access: 'platform', scope: 'organization', scopeId: 'org_p' } as const;
    const credits = quotaOf({ ...shared, metric: 'cost', limit: '100000' });
    const onboarding = quotaOf({ ...shared, limit: '10' });
    const quotas = [money, credits, onboarding];
    const [attempt] = recordOf().attempts;
    if (!attempt) throw new Error('one attempt');
    const mine = { ...attempt, costPicoUsd: '500' };
    const theirs = { ...attempt, costPicoUsd: '200', access: 'platform' as const };
    const failed = { ...theirs, code: 'provider.unreachable', usage: null, costPicoUsd: '0' };
    const settle = async (costPicoUsd: string, ...attempts: (typeof mine)[]) => {
      const draw = drawOn(await take(instance, quotas, own));
      const record = recordOf({ ...own, draw, costPicoUsd, attempts });
      await instance.settle.handle([messageOf(1, record, record)]);
    };
    await settle('500', failed, mine);
    expect(await balances(money)).toBe('500 settled, 0 granted');
    expect(await balances(credits)).toBe('0 settled, 0 granted');
    expect(await balances(onboarding)).toBe('0 settled, 0 granted');
    await settle('700', theirs, mine);
    expect(await balances(money)).toBe('1200 settled, 0 granted');
    expect(await balances(credits)).toBe('200 settled, 0 granted');
    expect(await balances(onboarding)).toBe('1 settled, 0 granted');

    await instance.settle.handle([
      messageOf(2, recordOf({ ...own, costPicoUsd: '200', attempts: [theirs] }), recordOf(own)),
    ]);
    expect(await balances(credits)).toBe('400 settled, 0 granted');
    expect(await balances(onboarding)).toBe('1 settled, 0 granted');
    await agree();
  });

  it('sets a bad line aside and books the others', async () => {
    const instance = instanceOn(fixture.ledger());
    const quota = quotaOf({ metric: 'cost', limit: '100000' });
    const good = recordOf({ draw: drawOn(await take(instance, [quota])), costPicoUsd: '5' });
    const noCost = JSON.stringify({ ...recordOf(), costPicoUsd: 'much' });
    const [bad, done] = await instance.settle.handle([
      messageOf(1, 'not json', good, noCost),
      messageOf(2, recordOf({ keyId: 'key_2' })),
    ]);
    expect(bad).toEqual({ kind: 'dead', reason: 'not JSON', lines: ['not json', noCost] });
    expect(done).toEqual({ kind: 'done' });
    expect(await balances(quota)).toBe('5 settled, 0 granted');
  });

  it('sets aside what Postgres will not hold, and books the others', async () => {
    const instance = instanceOn(fixture.ledger());
    const good = recordOf();
    const huge = recordOf({ costPicoUsd: '9'.repeat(30) });
    const late = recordOf({ startedAt: 8.6e15 });
    const quota = quotaOf({ metric: 'cost', limit: '100000' });
    const drawn = recordOf({ draw: drawOn(await take(instance, [quota])) });
    const settled = await instance.settle.handle([
      messageOf(1, good, huge, late),
      messageOf(2, drawn),
    ]);
    expect(settled.at(-1)).toEqual({ kind: 'done' });
    const rows = await fixture
      .database()
      .query('select 1 from budget.settlement where request_id = any($1)', [
        [good.id, huge.id, drawn.id],
      ]);
    expect(rows).toHaveLength(3);
  });

  it('keeps what it booked as it is', async () => {
    const instance = instanceOn(fixture.ledger());
    const record = recordOf();
    await instance.settle.handle([messageOf(1, record)]);
    const change = 'update budget.ledger_entry set cost = 0 where request_id = $1';
    await expect(fixture.database().query(change, [record.id])).rejects.toThrow('never changed');
  });

  it('finds a balance that was tampered with', async () => {
    const instance = instanceOn(fixture.ledger());
    const quota = quotaOf({ metric: 'cost', limit: '100000' });
    const grant = await take(instance, [quota]);
    await instance.settle.handle([messageOf(1, recordOf({ draw: drawOn(grant) }))]);
    const change = 'update budget.quota_window set settled = settled + $2 where quota_id = $1';
    await fixture.database().query(change, [quota.quotaId, 5]);
    const [difference] = await verifyDatabase(fixture.url());
    expect(difference).toMatchObject({
      what: 'window settled',
      stated: '1005',
      recomputed: '1000',
    });
    await fixture.database().query(change, [quota.quotaId, -5]);
    await agree();
  });
});

describe('grants that nobody returned', () => {
  it('are fenced, then released once the longest call is over and settlement has passed', async () => {
    const instance = instanceOn(fixture.ledger(), { patienceMs: 0 });
    const quota = quotaOf({ metric: 'cost', limit: '3000' });
    const want = { costPicoUsd: '2000', tokens: 20, requests: 2 };
    const grant = await take(instance, [quota], { want });
    let now = Date.now();
    let progress = { lastSequence: 70, ackFloor: 60 };
    const sweeps = new SweepGrants({
      ledger: fixture.ledger(),
      progress: () => Promise.resolve(progress),
      now: () => now,
      monotonicNow: () => now,
      serverNow: () => Promise.resolve(now),
      onDoubt: (why) => expect(why).toBeUndefined(),
      longestCallMs: 600_000,
      fenceMs: 1_000,
      spoolDrainMs: 0,
      keepMs: 86_400_000,
    });
    await sweeps.sweep();
    expect(await stateOf(grant)).toBe('open');
    now += 12_000;
    await sweeps.sweep();
    expect(await stateOf(grant)).toBe('expired');
    now += 590_000;
    await sweeps.sweep();
    expect(await balances(quota)).toBe('0 settled, 2000 granted');
    now += 11_000;
    await sweeps.sweep();
    expect(await balances(quota)).toBe('0 settled, 2000 granted');
    const amounts = { costPicoUsd: '1000', tokens: 10, requests: 1 };
    const late = recordOf({ draw: { grantId: grant.grantId, amounts }, costPicoUsd: '900' });
    await instance.settle.handle([messageOf(69, late)]);
    expect(await balances(quota)).toBe('900 settled, 1000 granted');
    progress = { lastSequence: 90, ackFloor: 70 };
    await sweeps.sweep();
    expect(await balances(quota)).toBe('900 settled, 0 granted');
    expect(await stateOf(grant)).toBe('closed');
    const later = recordOf({ draw: { grantId: grant.grantId, amounts }, costPicoUsd: '50' });
    await instance.settle.handle([messageOf(91, later)]);
    expect(await balances(quota)).toBe('950 settled, 0 granted');
    await agree();
  });

  it('give back what was not drawn when their holder turns up late', async () => {
    const instance = instanceOn(fixture.ledger());
    const quota = quotaOf({ limit: '10' });
    const grant = await take(instance, [quota], {
      want: { costPicoUsd: '0', tokens: 0, requests: 5 },
    });
    await fixture.ledger().expireGrants(Date.now() + 60_000, Date.now());
    const drawn = { costPicoUsd: '0', tokens: 0, requests: 2 };
    expect(await instance.returns.giveBack({ grantId: grant.grantId, drawn })).toBe('returned');
    expect(await balances(quota)).toBe('0 settled, 2 granted');
    expect(await instance.returns.giveBack({ grantId: grant.grantId, drawn })).toBe('returned');
    expect(await balances(quota)).toBe('0 settled, 2 granted');
    expect(await instance.returns.giveBack({ grantId: 'grt_none', drawn })).toBe('unknown');
  });
});

async function stateOf(grant: Grant): Promise<string | undefined> {
  const [row] = await fixture
    .database()
    .query<{ state: string }>('select state from budget.budget_grant where grant_id = $1', [
      grant.grantId,
    ]);
  return row?.state;
}
