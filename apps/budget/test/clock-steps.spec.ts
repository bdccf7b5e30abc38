import type { Grant, QuotaDefinition } from '@tollgate/contracts';
import { SweepGrants } from '../src/application/sweep-grants.ts';
import { describeDifferences, verifyDatabase } from '../src/verify.ts';
import { serverClock } from '../src/adapters/postgres/server-clock.ts';
import { askFor, type Instance, instanceOn } from './desk-fixture.ts';
import { quotaOf, recordOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();
const LONGEST_CALL_MS = 600_000;
const HOUR_MS = 3_600_000;
const instances: Instance[] = [];

/** An instance whose clock can be set; time passes when a test says so. */
function instanceWithClock() {
  const start = Date.now();
  let [elapsed, set, serverSet] = [0, 0, 0];
  const doubts: string[] = [];
  const now = () => start + elapsed + set;
  // Who does not get a grant hears it at once: this clock does not go on by itself.
  const instance = instanceOn(fixture.ledger(), { now, patienceMs: 0 });
  instances.push(instance);
  const sweeps = new SweepGrants({
    ledger: fixture.ledger(),
    progress: () => Promise.resolve({ lastSequence: 0, ackFloor: 0 }),
    now,
    monotonicNow: () => elapsed,
    serverNow: () => Promise.resolve(start + elapsed + serverSet),
    onDoubt: (why) => void doubts.push(why),
    longestCallMs: LONGEST_CALL_MS,
    fenceMs: 1_000,
    spoolDrainMs: 0,
    keepMs: 86_400_000,
  });
  return {
    instance,
    doubts,
    now,
    /** Seconds go by, swept through. */
    pass: async (ms: number) => {
      elapsed += ms;
      await sweeps.sweep();
    },
    set: (ms: number, serverMs = 0) => {
      set += ms;
      serverSet += serverMs;
    },
  };
}

async function take(
  { desk }: Instance,
  quota: QuotaDefinition,
  now: number,
): Promise<Grant | undefined> {
  const answer = await desk.take(askFor([quota]), now + 5_000);
  return answer.outcome === 'granted' ? answer.grant : undefined;
}

async function settle({ settle: desk }: Instance, { grantId, amounts }: Grant): Promise<void> {
  const record = recordOf({ draw: { grantId, amounts }, costPicoUsd: '1000' });
  await desk.handle([{ sequence: 1, lines: [JSON.stringify(record)] }]);
}

const windowsOf = (quota: QuotaDefinition) =>
  fixture.database().query<{ starts: Date; settled: string; granted: string }>(
    `select starts_at as starts, settled::text, granted::text from budget.quota_window
     where quota_id = $1 order by starts_at`,
    [quota.quotaId],
  );

afterEach(async () => {
  for (const instance of instances.splice(0)) instance.close();
  expect(describeDifferences(await verifyDatabase(fixture.url()))).toEqual([
    'the ledger and all balances agree',
  ]);
});

describe('a clock that is set', () => {
  it.each([
    ['alone', 0, "this clock and the database's differ"],
    ['with the database’s', HOUR_MS, 'this clock was set forward'],
  ])('forward, %s, releases nothing that a call may still use', async (_, serverMs, doubt) => {
    const { instance, pass, set, now, doubts } = instanceWithClock();
    const quota = quotaOf({ metric: 'cost', limit: '1000' });
    await pass(0);
    const grant = await take(instance, quota, now());
    expect(grant).toBeDefined();
    await pass(12_000);
    set(HOUR_MS, serverMs);
    await pass(1_000);
    await pass(1_000);
    expect(doubts).toEqual([doubt]);
    // The call goes on, and its budget is not given to another.
    expect(await take(instance, quota, now())).toBeUndefined();
    if (grant) await settle(instance, grant);
    expect(await windowsOf(quota)).toMatchObject([{ settled: '1000', granted: '0' }]);
  });

  it('forward is trusted again once the longest call is over', async () => {
    const { instance, pass, set, now } = instanceWithClock();
    const quota = quotaOf({ metric: 'cost', limit: '1000' });
    await pass(0);
    expect(await take(instance, quota, now())).toBeDefined();
    await pass(12_000);
    set(HOUR_MS, HOUR_MS);
    await pass(1_000);
    await pass(LONGEST_CALL_MS - 1_000);
    expect(await take(instance, quota, now())).toBeUndefined();
    await pass(1_000);
    await pass(1_000);
    expect(await take(instance, quota, now())).toBeDefined();
  });

  it('back is charged to the window that was open then, each within its limit', async () => {
    const { instance, set, now } = instanceWithClock();
    const quota = quotaOf({ metric: 'cost', limit: '2000', window: 'hour' });
    const first = await take(instance, quota, now());
    set(-HOUR_MS);
    const [second, third] = [
      await take(instance, quota, now()),
      await take(instance, quota, now()),
    ];
    expect(await take(instance, quota, now())).toBeUndefined();
    set(HOUR_MS);
    const fourth = await take(instance, quota, now());
    expect(await take(instance, quota, now())).toBeUndefined();
    for (const grant of [first, second, third, fourth]) if (grant) await settle(instance, grant);
    const windows = await windowsOf(quota);
    expect(windows).toMatchObject([
      { settled: '2000', granted: '0' },
      { settled: '2000', granted: '0' },
    ]);
    const [before, after] = windows.map(({ starts }) => starts.getTime());
    expect((after ?? 0) - (before ?? 0)).toBe(HOUR_MS);
  });

  it('is compared with the clock of the database', async () => {
    const before = Date.now();
    const server = await serverClock(fixture.database());
    expect(server).toBeGreaterThanOrEqual(before - 1);
    expect(server).toBeLessThanOrEqual(Date.now() + 1);
  });
});
