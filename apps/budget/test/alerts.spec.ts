import type { QuotaDefinition } from '@tollgate/contracts';
import { inSeconds, instanceOn, askFor, type Instance } from './desk-fixture.ts';
import { quotaOf, recordOf, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();
let sequence = 0;

/** Takes a grant for one request and settles it. */
async function spend(instance: Instance, quotas: readonly QuotaDefinition[], costPicoUsd: string) {
  const answer = await instance.desk.take(askFor(quotas), inSeconds(10));
  if (answer.outcome !== 'granted') throw new Error(`refused: ${answer.reason}`);
  const { grantId, amounts } = answer.grant;
  await settle(instance, recordOf({ draw: { grantId, amounts }, costPicoUsd }));
}

const settle = (instance: Instance, ...records: ReturnType<typeof recordOf>[]) =>
  instance.settle.handle([
    { sequence: ++sequence, lines: records.map((one) => JSON.stringify(one)) },
  ]);

const told = async () =>
  (await fixture.ledger().untoldAlerts()).map(({ thresholdPct }) => thresholdPct);

beforeEach(() => fixture.empty());

describe('alerts', () => {
  it('are raised once, though 1,000 requests cross the threshold at once over three instances', async () => {
    const instances = [
      instanceOn(fixture.ledger()),
      instanceOn(fixture.another().ledger),
      instanceOn(fixture.another().ledger),
    ];
    const quota = quotaOf({ metric: 'cost', limit: '1000000', hard: false, alertPct: [80] });
    const [first] = instances;
    if (!first) throw new Error('three instances');
    await spend(first, [quota], '799000');
    expect(await told()).toEqual([]);
    // Without a draw they are booked into the windows that their key has open.
    const records = Array.from({ length: 1_000 }, () => recordOf({ costPicoUsd: '10' }));
    const lanes = Array.from({ length: 24 }, async (_, lane) => {
      const instance = instances[lane % instances.length] ?? first;
      for (let one = records.pop(); one; one = records.pop()) await settle(instance, one);
    });
    await Promise.all(lanes);
    expect(instances.flatMap(({ errors }) => errors)).toEqual([]);
    const [alert, ...others] = await fixture.ledger().untoldAlerts();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      quotaId: quota.quotaId,
      scope: 'key',
      scopeId: 'key_1',
      metric: 'cost',
      window: 'total',
      thresholdPct: 80,
      limit: '1000000',
      settled: '800000',
      hard: false,
      startsAt: null,
      endsAt: null,
    });
    expect(alert?.alertId).toMatch(/^evt_[0-9a-f]{26}$/);
  });

  it('are raised for each threshold, several by one settlement, and for money that has run out', async () => {
    const instance = instanceOn(fixture.ledger());
    const money = quotaOf({ metric: 'cost', limit: '10000', hard: false, alertPct: [50, 90] });
    const tokens = quotaOf({ metric: 'tokens', limit: '30', hard: false, alertPct: [50] });
    await spend(instance, [money, tokens], '9500');
    expect((await told()).sort()).toEqual([50, 50, 90]);
    await spend(instance, [money, tokens], '600');
    expect((await told()).sort()).toEqual([100, 50, 50, 90].sort());
    await spend(instance, [money, tokens], '600');
    expect(await told()).toHaveLength(4);
  });

  it('are told until they are acknowledged, and never again', async () => {
    const instance = instanceOn(fixture.ledger());
    const quota = quotaOf({ metric: 'cost', limit: '1000', hard: false, alertPct: [80] });
    await spend(instance, [quota], '850');
    const ledger = fixture.ledger();
    const ids = (await ledger.untoldAlerts()).map(({ alertId }) => alertId);
    expect((await fixture.another().ledger.untoldAlerts()).map(({ alertId }) => alertId)).toEqual(
      ids,
    );
    await ledger.acknowledgeAlerts(ids);
    await spend(instance, [quota], '50');
    expect(await told()).toEqual([]);
  });

  it('follow a limit that changes, and repeat no threshold of the same window', async () => {
    const instance = instanceOn(fixture.ledger());
    const quota = quotaOf({ metric: 'cost', limit: '10000', hard: false });
    await spend(instance, [quota], '4000');
    expect(await told()).toEqual([]);
    // Thresholds that are added, or a limit that is lowered, may have been reached already.
    const watched = { ...quota, alertPct: [20, 80] };
    await spend(instance, [watched], '0');
    expect(await told()).toEqual([20]);
    await spend(instance, [{ ...watched, limit: '4500' }], '0');
    expect(await told()).toEqual([20, 80]);
    const raised = { ...watched, limit: '100000' };
    await spend(instance, [raised], '0');
    await spend(instance, [raised], '80000');
    expect(await told()).toEqual([20, 80]);
  });
});
