import type { QuotaDefinition } from '@tollgate/contracts';
import { askFor, instanceOn } from './desk-fixture.ts';
import { quotaOf, recordOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();
const at = (text: string): number => Date.parse(text);

/** What was settled in each window of a quota, by its first instant. */
async function settledIn(quota: QuotaDefinition): Promise<Record<string, string>> {
  const rows = await fixture.database().query<{ starts: Date; settled: string }>(
    `select starts_at as starts, settled::text from budget.quota_window
     where quota_id = $1 order by starts_at`,
    [quota.quotaId],
  );
  return Object.fromEntries(rows.map(({ starts, settled }) => [starts.toISOString(), settled]));
}

/** Spends one call of 1,000 at each instant; answers what became of each. */
async function spend(quota: QuotaDefinition, instants: readonly string[]): Promise<string[]> {
  let now = 0;
  const instance = instanceOn(fixture.ledger(), { now: () => now, patienceMs: 0 });
  const outcomes: string[] = [];
  for (const instant of instants) {
    now = at(instant);
    const answer = await instance.desk.take(askFor([quota]), now + 5_000);
    outcomes.push(answer.outcome);
    if (answer.outcome !== 'granted') continue;
    const { grantId, amounts } = answer.grant;
    const record = recordOf({ draw: { grantId, amounts }, costPicoUsd: '1000', startedAt: now });
    await instance.settle.handle([{ sequence: 1, lines: [JSON.stringify(record)] }]);
  }
  instance.close();
  return outcomes;
}

const money = (window: 'day' | 'month' | 'hour', timezone: string, limit: string) =>
  quotaOf({ metric: 'cost', currency: 'USD', window, timezone, limit });

describe('the limit of a window', () => {
  it('is whole again at the first instant of March in Auckland, and not before', async () => {
    const quota = money('month', 'Pacific/Auckland', '2000');
    const outcomes = await spend(quota, [
      '2026-01-31T11:00:00Z',
      '2026-02-28T10:59:58Z',
      '2026-02-28T10:59:59.999Z',
      '2026-02-28T11:00:00Z',
      '2026-03-31T10:59:59.999Z',
      '2026-03-31T11:00:00Z',
    ]);
    expect(outcomes).toEqual(['granted', 'granted', 'refused', 'granted', 'granted', 'granted']);
    expect(await settledIn(quota)).toEqual({
      '2026-01-31T11:00:00.000Z': '2000',
      '2026-02-28T11:00:00.000Z': '2000',
      '2026-03-31T11:00:00.000Z': '1000',
    });
  });

  it('holds through a day of 25 hours and one of 23', async () => {
    const quota = money('day', 'Pacific/Auckland', '1000');
    const outcomes = await spend(quota, [
      '2026-04-04T11:00:00Z',
      '2026-04-05T11:59:59.999Z',
      '2026-04-05T12:00:00Z',
      '2026-09-26T12:00:00Z',
      '2026-09-27T10:59:59.999Z',
      '2026-09-27T11:00:00Z',
    ]);
    expect(outcomes).toEqual(['granted', 'refused', 'granted', 'granted', 'refused', 'granted']);
  });

  it('is that of an hour on Lord Howe, whose clocks move by half of one', async () => {
    const quota = money('hour', 'Australia/Lord_Howe', '1000');
    const outcomes = await spend(quota, [
      '2026-10-03T15:00:00Z',
      '2026-10-03T15:29:59.999Z',
      '2026-10-03T15:30:00Z',
      '2026-10-03T15:59:59.999Z',
      '2026-10-03T16:00:00Z',
    ]);
    expect(outcomes).toEqual(['granted', 'refused', 'granted', 'refused', 'granted']);
  });

  it('is that of 29 days in a leap year', async () => {
    const quota = money('month', 'Europe/Berlin', '1000');
    const outcomes = await spend(quota, [
      '2028-02-28T23:00:00Z',
      '2028-02-29T22:59:59.999Z',
      '2028-02-29T23:00:00Z',
    ]);
    expect(outcomes).toEqual(['granted', 'refused', 'granted']);
  });
});
