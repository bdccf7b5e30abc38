import type { GrantAnswer } from '@tollgate/contracts';
import { askFor, inSeconds, instanceOn } from './desk-fixture.ts';
import { quotaOf, recordOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();

function grantedTo(answers: readonly GrantAnswer[]): number {
  let requests = 0;
  for (const answer of answers) {
    if (answer.outcome === 'granted') requests += answer.grant.amounts.requests;
  }
  return requests;
}

function grantOf(answer: GrantAnswer) {
  if (answer.outcome === 'granted') return answer.grant;
  throw new Error(`refused: ${answer.reason}`);
}

describe('taking grants', () => {
  it('gives 200 takers over two instances exactly the 50 that a limit allows', async () => {
    const instances = [instanceOn(fixture.ledger()), instanceOn(fixture.another().ledger)];
    const quotas = [quotaOf({ limit: '50' }), quotaOf({ metric: 'cost', limit: '1000000000' })];
    const answers = await Promise.all(
      Array.from(
        { length: 200 },
        (_, i) => instances[i % 2]?.desk.take(askFor(quotas), inSeconds(5)) ?? fail(),
      ),
    );
    expect(answers.filter((answer) => answer.outcome === 'granted')).toHaveLength(50);
    expect(grantedTo(answers)).toBe(50);
  });

  it('gives 200 takers over two instances exactly what credits cover, and no more once settled', async () => {
    const instances = [instanceOn(fixture.ledger()), instanceOn(fixture.another().ledger)];
    const platform = { access: 'platform', scope: 'organization', scopeId: 'org_credits' } as const;
    const credits = quotaOf({ ...platform, metric: 'cost', limit: '37000' });
    const quotas = [quotaOf({ limit: '1000' }), credits];
    const ask = async (place: number) => {
      const instance = instances[place % 2];
      if (!instance) throw new Error('two instances');
      const answer = await instance.desk.take(askFor(quotas), inSeconds(5));
      if (answer.outcome === 'refused') return 0;
      const { grantId, amounts } = answer.grant;
      const record = recordOf({ draw: { grantId, amounts } });
      const [attempt] = record.attempts;
      const attempts = attempt ? [{ ...attempt, access: 'platform' as const }] : [];
      const line = JSON.stringify({ ...record, attempts });
      await instance.settle.handle([{ sequence: 1, lines: [line, line] }]);
      return 1;
    };
    const served = await Promise.all(Array.from({ length: 200 }, (_, place) => ask(place)));
    expect(served.filter((one) => one === 1)).toHaveLength(37);
    const [window] = await fixture
      .database()
      .query('select settled::text, granted::text from budget.quota_window where quota_id = $1', [
        credits.quotaId,
      ]);
    expect(window).toEqual({ settled: '37000', granted: '0' });
  }, 30_000);

  it('takes exactly 5,000 of 5,000 over three instances with mixed sizes', async () => {
    const others = [fixture.another(), fixture.another()];
    const instances = [fixture.ledger(), ...others.map((one) => one.ledger)].map((ledger) =>
      instanceOn(ledger, { patienceMs: 0 }),
    );
    const quotas = [quotaOf({ limit: '5000' })];
    let taken = 0;
    const client = async (place: number): Promise<void> => {
      for (let tries = 0; ; tries++) {
        const requests = (place + tries) % 7 === 0 ? 9 : 1;
        const want = { costPicoUsd: '1000', tokens: 10, requests };
        const ask = askFor(quotas, { want, ratePerSecond: 40 });
        const answer = await instances[place % 3]?.desk.take(ask, inSeconds(20));
        if (answer?.outcome !== 'granted') return;
        taken += answer.grant.amounts.requests;
      }
    };
    await Promise.all(Array.from({ length: 198 }, (_, place) => client(place)));
    expect(taken).toBe(5_000);
  }, 60_000);

  it('takes from all quotas or from none', async () => {
    const { desk } = instanceOn(fixture.ledger(), { patienceMs: 0 });
    const wide = quotaOf({ limit: '1000' });
    const money = quotaOf({ metric: 'cost', limit: '2500' });
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await desk.take(askFor([wide, money]), inSeconds(5)));
    expect(answers.map((answer) => answer.outcome)).toEqual([
      'granted',
      'granted',
      'refused',
      'refused',
    ]);
    const alone = grantOf(await desk.take(askFor([wide]), inSeconds(5)));
    expect(alone.quotas[0]?.remaining).toBe('997');
  });

  it('covers two seconds of traffic far from the limit, one request near it', async () => {
    const { desk } = instanceOn(fixture.ledger());
    const far = quotaOf({ limit: '1000000' });
    const first = grantOf(await desk.take(askFor([far], { ratePerSecond: 50 }), inSeconds(5)));
    expect(first.amounts.requests).toBe(101);
    const near = quotaOf({ limit: '60' });
    const second = grantOf(await desk.take(askFor([near], { ratePerSecond: 50 }), inSeconds(5)));
    expect(second.amounts.requests).toBe(1);
  });

  it('lets a soft limit be passed and tells its state', async () => {
    const { desk } = instanceOn(fixture.ledger());
    const soft = quotaOf({ limit: '1', hard: false });
    const grants = [];
    for (let i = 0; i < 3; i++) grants.push(grantOf(await desk.take(askFor([soft]), inSeconds(5))));
    expect(grants.map((grant) => grant.quotas[0]?.remaining)).toEqual(['0', '0', '0']);
    expect(grants[0]?.quotas[0]).toMatchObject({ hard: false, limit: '1', resetsAt: null });
  });

  it('refuses requests a minute until they fit, money for good', async () => {
    const now = Date.UTC(2026, 10, 20, 12, 0, 15);
    const { desk, settle } = instanceOn(fixture.ledger(), { now: () => now });
    const rate = quotaOf({ limit: '3', window: 'minute' });
    const money = quotaOf({ metric: 'cost', limit: '3000', window: 'month' });
    const deadline = now + 5_000;
    const lease = new Map([
      [rate, 5_000],
      [money, 10_000],
    ]);
    for (const quota of [rate, money]) {
      for (let i = 0; i < 3; i++) {
        const grant = grantOf(await desk.take(askFor([quota]), deadline));
        expect(grant.expiresAt).toBe(now + (lease.get(quota) ?? 0));
        const amounts = { costPicoUsd: '1000', tokens: 10, requests: 1 };
        const record = recordOf({ draw: { grantId: grant.grantId, amounts }, startedAt: now });
        await settle.handle([{ sequence: 1, lines: [JSON.stringify(record)] }]);
      }
    }
    expect(await desk.take(askFor([rate]), deadline)).toMatchObject({
      outcome: 'refused',
      reason: 'rate_limited',
      retryAfterMs: 20_000,
      quota: { remaining: '0', resetsAt: now + 60_000, refillsFrom: now },
    });
    expect(await desk.take(askFor([rate, money]), deadline)).toMatchObject({
      outcome: 'refused',
      reason: 'exceeded',
      retryAfterMs: null,
      quota: { quotaId: money.quotaId },
    });
  });

  it('ends a grant with its window, and opens the next window instead of resetting one', async () => {
    let now = Date.UTC(2026, 10, 20, 12, 59, 55);
    const { desk } = instanceOn(fixture.ledger(), { now: () => now, patienceMs: 0 });
    const rate = quotaOf({ limit: '1', window: 'hour' });
    const first = grantOf(await desk.take(askFor([rate]), now + 5_000));
    expect(first.expiresAt).toBe(Date.UTC(2026, 10, 20, 13, 0, 0));
    expect((await desk.take(askFor([rate]), now + 5_000)).outcome).toBe('refused');
    now += 5_000;
    const second = grantOf(await desk.take(askFor([rate]), now + 5_000));
    expect(second.quotas[0]?.windowId).not.toBe(first.quotas[0]?.windowId);
  });

  it('follows a changed limit in the window that is open', async () => {
    const { desk } = instanceOn(fixture.ledger(), { patienceMs: 0 });
    const quota = quotaOf({ limit: '1' });
    grantOf(await desk.take(askFor([quota]), inSeconds(5)));
    expect((await desk.take(askFor([quota]), inSeconds(5))).outcome).toBe('refused');
    const raised = grantOf(await desk.take(askFor([{ ...quota, limit: '3' }]), inSeconds(5)));
    expect(raised.quotas[0]).toMatchObject({ limit: '3', remaining: '1' });
  });

  it('freezes the rate of a currency in the window, and refuses a hard limit without one', async () => {
    const { desk } = instanceOn(fixture.ledger(), { patienceMs: 0 });
    const euro = quotaOf({ metric: 'cost', currency: 'EUR', limit: '10000', usdPerUnit: '1.25' });
    const first = grantOf(await desk.take(askFor([euro]), inSeconds(5)));
    expect(first.quotas[0]).toMatchObject({ limit: '12500', remaining: '11500' });
    const later = grantOf(await desk.take(askFor([{ ...euro, usdPerUnit: '9' }]), inSeconds(5)));
    expect(later.quotas[0]?.limit).toBe('12500');
    const without = quotaOf({ metric: 'cost', currency: 'JPY', limit: '10000', usdPerUnit: null });
    expect(await desk.take(askFor([without]), inSeconds(5))).toMatchObject({
      outcome: 'refused',
      reason: 'no_exchange_rate',
      retryAfterMs: null,
    });
    const known = { ...without, usdPerUnit: '0.5' };
    expect(grantOf(await desk.take(askFor([known]), inSeconds(5))).quotas[0]?.limit).toBe('5000');
  });

  it('recalls what idle grants hold, and grants as soon as it comes back, on any instance', async () => {
    const quota = quotaOf({ limit: '10' });
    const holder = instanceOn(fixture.ledger());
    const held = grantOf(
      await holder.desk.take(
        askFor([quota], { want: { costPicoUsd: '1000', tokens: 10, requests: 10 } }),
        inSeconds(5),
      ),
    );
    expect(held.amounts.requests).toBe(10);
    const drawn = { costPicoUsd: '0', tokens: 0, requests: 4 };
    const asker = instanceOn(fixture.another().ledger, {
      patienceMs: 3_000,
      onRecall: () => void holder.returns.giveBack({ grantId: held.grantId, drawn }),
    });
    const answers = await Promise.all(
      Array.from({ length: 7 }, () => asker.desk.take(askFor([quota]), inSeconds(1))),
    );
    expect(answers.filter((answer) => answer.outcome === 'granted')).toHaveLength(6);
    expect(asker.recalled).toContain(quota.quotaId);
  });

  it('gives up waiting for grants of others in time, and says when to come back', async () => {
    const { desk } = instanceOn(fixture.ledger(), { patienceMs: 150 });
    const quota = quotaOf({ limit: '1' });
    grantOf(await desk.take(askFor([quota]), inSeconds(5)));
    expect(await desk.take(askFor([quota]), inSeconds(5))).toMatchObject({
      outcome: 'refused',
      reason: 'exceeded',
      retryAfterMs: 250,
    });
  });
});

function fail(): never {
  throw new Error('no such instance');
}
