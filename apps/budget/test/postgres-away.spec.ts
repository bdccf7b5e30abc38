import pg from 'pg';
import { Database } from '../src/adapters/postgres/database.ts';
import { PostgresLedger } from '../src/adapters/postgres/postgres-ledger.ts';
import { UndecidedError } from '../src/application/grant-desk.ts';
import { verifyDatabase } from '../src/verify.ts';
import { askFor, inSeconds, instanceOn } from './desk-fixture.ts';
import { quotaOf, recordOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();

describe('while Postgres is stuck', () => {
  it('an ask fails within its bound, and takes nothing when the lock is let go', async () => {
    const quick = new Database({
      url: fixture.url(),
      connections: 2,
      connectTimeoutMs: 500,
      statementTimeoutMs: 400,
      onError: () => undefined,
    });
    const quota = quotaOf({ limit: '10' });
    const instance = instanceOn(
      new PostgresLedger(quick, { leaseMs: 10_000, leastLeaseMs: 1_000 }),
    );
    await instance.desk.take(askFor([quota]), inSeconds(5));
    const stuck = new pg.Client({ connectionString: fixture.url() });
    await stuck.connect();
    await stuck.query('begin');
    await stuck.query('select from budget.quota_window where quota_id = $1 for update', [
      quota.quotaId,
    ]);
    const failed = await instance.desk
      .take(askFor([quota]), inSeconds(5))
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ failure: { code: 'budget.unavailable' } });
    await stuck.query('rollback');
    await stuck.end();
    await quick.stop();
    const [row] = await fixture
      .database()
      .query('select granted::text from budget.quota_window where quota_id = $1', [quota.quotaId]);
    expect(row).toEqual({ granted: '1' });
    await fixture.empty();
  });
});

describe('while Postgres is away', () => {
  it('asks fail at once, records are kept for later, and nothing is booked twice', async () => {
    const instance = instanceOn(fixture.ledger());
    const quota = quotaOf({ metric: 'cost', limit: '100000' });
    const answer = await instance.desk.take(askFor([quota]), inSeconds(5));
    if (answer.outcome !== 'granted') throw new Error('refused');
    const draw = { grantId: answer.grant.grantId, amounts: answer.grant.amounts };
    const records = Array.from({ length: 500 }, () => recordOf({ keyId: 'key_2' }));
    records.push(recordOf({ draw, costPicoUsd: '900' }));
    const batch = [
      { sequence: 1, redeliveries: 0, lines: records.map((one) => JSON.stringify(one)) },
    ];

    const underWay = instance.settle.handle(batch);
    fixture.killPostgres();
    const [interrupted] = await underWay;
    expect(['done', 'retry']).toContain(interrupted?.kind);

    const asked = performance.now();
    const failed = await instance.desk
      .take(askFor([quota]), inSeconds(5))
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(UndecidedError);
    expect(failed).toMatchObject({ failure: { code: 'budget.unavailable', retryAfterMs: 1_000 } });
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(await instance.settle.handle(batch)).toEqual([
      { kind: 'retry', afterMs: expect.any(Number) },
    ]);

    await fixture.restartPostgres();
    const deadline = Date.now() + 20_000;
    while ((await instance.settle.handle(batch))[0]?.kind !== 'done') {
      if (Date.now() > deadline) throw new Error('not settled in time');
    }
    const [row] = await fixture.database().query<{ n: number; sum: string; windows: string }>(
      `select count(*)::integer as n, sum(cost)::text as sum,
         (select string_agg(concat(settled, ' ', granted), ',') from budget.quota_window) as windows
       from budget.settlement`,
      [],
    );
    expect(row).toEqual({ n: 501, sum: '500900', windows: '900 0' });
    expect(await verifyDatabase(fixture.url())).toEqual([]);
  }, 60_000);
});
