import type { Grant, QuotaDefinition } from '@tollgate/contracts';
import { describeDifferences, verifyDatabase } from '../src/verify.ts';
import { askFor, type Instance, instanceOn } from './desk-fixture.ts';
import { quotaOf, recordOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();
const at = (text: string): number => Date.parse(text);
const euros = (changes: Partial<QuotaDefinition> = {}) =>
  quotaOf({ metric: 'cost', currency: 'EUR', limit: '100000', usdPerUnit: '1.25', ...changes });

async function grantOf(instance: Instance, quota: QuotaDefinition, now: number): Promise<Grant> {
  const answer = await instance.desk.take(askFor([quota]), now + 5_000);
  if (answer.outcome === 'granted') return answer.grant;
  throw new Error(`refused: ${answer.reason}`);
}

/** Settles one request of that grant, and answers its id. */
async function settle(instance: Instance, { grantId, amounts }: Grant): Promise<string> {
  const record = recordOf({ draw: { grantId, amounts }, costPicoUsd: '400' });
  await instance.settle.handle([{ sequence: 1, lines: [JSON.stringify(record)] }]);
  return record.id;
}

const stampsOf = (requestId: string) =>
  fixture.database().query<{ currency: string; rate: string }>(
    `select currency, trim_scale(usd_per_unit)::text as rate from budget.settlement_rate
     where request_id = $1 order by 1`,
    [requestId],
  );

describe('the rate of a currency', () => {
  it('is frozen when its window opens, and stamped on each settlement of it', async () => {
    let now = at('2026-11-30T22:30:00Z');
    const instance = instanceOn(fixture.ledger(), { now: () => now });
    const quota = euros({ window: 'month', timezone: 'Europe/Berlin' });
    const before = await grantOf(instance, quota, now);
    const raised = { ...quota, usdPerUnit: '1.5' };
    const same = await grantOf(instance, raised, now);
    expect(same.quotas[0]).toMatchObject({ limit: '125000', windowId: before.quotas[0]?.windowId });
    now = at('2026-11-30T23:00:00Z');
    const next = await grantOf(instance, raised, now);
    expect(next.quotas[0]?.limit).toBe('150000');
    // Settled in December, at the rate of the window that it was drawn on.
    expect(await stampsOf(await settle(instance, before))).toEqual([
      { currency: 'EUR', rate: '1.25' },
    ]);
    expect(await stampsOf(await settle(instance, same))).toEqual([
      { currency: 'EUR', rate: '1.25' },
    ]);
    expect(await stampsOf(await settle(instance, next))).toEqual([
      { currency: 'EUR', rate: '1.5' },
    ]);
    expect(describeDifferences(await verifyDatabase(fixture.url()))).toEqual([
      'the ledger and all balances agree',
    ]);
  });

  it('is not stamped for dollars, and once where a record comes twice', async () => {
    const instance = instanceOn(fixture.ledger());
    const now = Date.now();
    const dollars = await grantOf(
      instance,
      quotaOf({ metric: 'cost', currency: 'USD', limit: '100000' }),
      now,
    );
    expect(await stampsOf(await settle(instance, dollars))).toEqual([]);
    const { grantId, amounts } = await grantOf(instance, euros(), now);
    const record = recordOf({ draw: { grantId, amounts }, costPicoUsd: '400' });
    const message = { sequence: 1, lines: [JSON.stringify(record), JSON.stringify(record)] };
    await instance.settle.handle([message, message]);
    await instance.settle.handle([message]);
    expect(await stampsOf(record.id)).toHaveLength(1);
  });

  it('can be changed by nobody', async () => {
    const instance = instanceOn(fixture.ledger());
    await settle(instance, await grantOf(instance, euros(), Date.now()));
    const change = fixture
      .database()
      .query('update budget.settlement_rate set usd_per_unit = 1', []);
    await expect(change).rejects.toThrow('never changed');
  });

  it('is needed by a hard budget, and never taken for one to one', async () => {
    const instance = instanceOn(fixture.ledger());
    const unknown = euros({ currency: 'CHF', usdPerUnit: null });
    const answer = await instance.desk.take(askFor([unknown]), Date.now() + 5_000);
    expect(answer).toMatchObject({ outcome: 'refused', reason: 'no_exchange_rate' });
    const soft = await grantOf(instance, { ...unknown, hard: false }, Date.now());
    expect(await stampsOf(await settle(instance, soft))).toEqual([]);
    // Once there is one, the open window takes it.
    const known = await grantOf(instance, { ...unknown, usdPerUnit: '1.1' }, Date.now());
    expect(known.quotas[0]?.limit).toBe('110000');
    expect(await stampsOf(await settle(instance, known))).toEqual([
      { currency: 'CHF', rate: '1.1' },
    ]);
  });
});
