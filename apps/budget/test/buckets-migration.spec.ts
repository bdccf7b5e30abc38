import type { QueryRunner } from 'typeorm';
import { verifyLedger } from '../src/application/verify-ledger.ts';
import { Buckets1763950000000 } from '../src/migrations/1763950000000-buckets.ts';
import { askFor, inSeconds, instanceOn } from './desk-fixture.ts';
import { quotaOf, recordOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();

/** What an instance does that knows no buckets. */
const TAKE_BEFORE = 'select budget.take_grants($1::jsonb, $2::jsonb, $3, 10000, 1000) as taken';

describe('the migration to buckets', () => {
  it('leaves instances that are not up to date what they call', async () => {
    const quota = {
      windowId: 'win_before',
      quotaId: 'quo_before',
      scope: 'key',
      scopeId: 'key_1',
      metric: 'requests',
      kind: 'minute',
      timezone: 'UTC',
      startsAt: 0,
      endsAt: null,
      limit: '5',
      hard: true,
    };
    const one = { needCost: 0, needTokens: 0, needRequests: 1 };
    const ask = {
      ...one,
      grantId: 'grt_before',
      holder: 'h',
      organizationId: 'org_1',
      projectId: 'prj_1',
      keyId: 'key_1',
      wantCost: 0,
      wantTokens: 0,
      wantRequests: 1,
      extra: 0,
    };
    const [row] = await fixture
      .database()
      .query<{ taken: { answers: { outcome: string }[] } }>(TAKE_BEFORE, [
        JSON.stringify([quota]),
        JSON.stringify([ask]),
        Date.now(),
      ]);
    expect(row?.taken.answers).toMatchObject([{ outcome: 'granted' }]);
    const [closed] = await fixture.database().query('select budget.close_grants(0, 10) as n', []);
    expect(closed).toEqual({ n: 0 });
  });

  it('goes back and forth, and loses nothing but the levels of buckets', async () => {
    const { desk, settle } = instanceOn(fixture.ledger());
    const money = quotaOf({ metric: 'cost', limit: '100000' });
    const rate = quotaOf({ window: 'minute', limit: '5' });
    const take = async () => {
      const answer = await desk.take(askFor([money, rate]), inSeconds(5));
      if (answer.outcome !== 'granted') throw new Error('refused');
      const { grantId, amounts } = answer.grant;
      const line = JSON.stringify(recordOf({ draw: { grantId, amounts } }));
      await settle.handle([{ sequence: 1, lines: [line] }]);
    };
    await take();
    const migration = new Buckets1763950000000();
    const runner = {
      query: (text: string) => fixture.database().query(text, []),
    } as unknown as QueryRunner;
    await migration.down(runner);
    await migration.up(runner);
    await take();
    const [window] = await fixture
      .database()
      .query('select settled::text, granted::text from budget.quota_window where quota_id = $1', [
        money.quotaId,
      ]);
    expect(window).toEqual({ settled: '2000', granted: '0' });
    const differences = await verifyLedger((text) => fixture.database().query(text, []));
    expect(differences).toEqual([]);
  });
});
