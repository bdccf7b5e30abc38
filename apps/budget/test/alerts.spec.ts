import { NO_USAGE, type QuotaDefinition, takeAlerts } from '@tollgate/contracts';
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

/** What the gateway records of a request that the window had too little left for. */
const refusalBy = (spentWindowId: string) =>
  recordOf({
    outcome: 'refused',
    failure: 'budget.exceeded',
    attempts: [],
    usage: NO_USAGE,
    costPicoUsd: '0',
    spentWindowId,
  });

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

  it('say that money has run out when what is left kept requests out, once, whatever is spent later', async () => {
    const [one, other] = [instanceOn(fixture.ledger()), instanceOn(fixture.another().ledger)];
    const quota = quotaOf({ metric: 'cost', limit: '10000' });
    const refused = async () => {
      const answer = await one.desk.take(askFor([quota]), inSeconds(10));
      if (answer.outcome !== 'refused') throw new Error('granted');
      return refusalBy(answer.quota.windowId);
    };
    await spend(one, [quota], '9500');
    const records = await Promise.all(Array.from({ length: 40 }, refused));
    await Promise.all(
      records.map((record, index) => settle(index % 2 === 0 ? one : other, record, record)),
    );
    const [alert, ...others] = await fixture.ledger().untoldAlerts();
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ thresholdPct: 100, limit: '10000', settled: '9500', hard: true });
    await fixture.ledger().acknowledgeAlerts([alert?.alertId ?? '']);
    await settle(one, recordOf({ costPicoUsd: '700' }), await refused());
    expect(await told()).toEqual([]);
  });

  it('do not say so of a request that is too large while most is left, or of soft or other quotas', async () => {
    const instance = instanceOn(fixture.ledger());
    const large = quotaOf({ metric: 'cost', limit: '10000' });
    const soft = quotaOf({ metric: 'cost', limit: '10000', hard: false });
    const tokens = quotaOf({ metric: 'tokens', limit: '100' });
    await spend(instance, [large, soft, tokens], '4999');
    const windows = await fixture
      .ledger()
      .windowsOf([large.quotaId, soft.quotaId, tokens.quotaId], Date.now());
    const ids = [...windows.map(({ windowId }) => windowId), 'win_none'];
    const refusals = () => ids.map(refusalBy);
    await settle(instance, ...refusals());
    expect(await told()).toEqual([]);
    await settle(instance, recordOf({ costPicoUsd: '1' }), ...refusals());
    expect(await fixture.ledger().untoldAlerts()).toMatchObject([
      { quotaId: large.quotaId, settled: '5000' },
    ]);
  });

  it('say which requests of the owner were counted', async () => {
    const instance = instanceOn(fixture.ledger());
    const counts = { by: 'tag', tag: 'team', value: 'search' } as const;
    const quotas = [
      quotaOf({ metric: 'cost', limit: '1000', alertPct: [50] }),
      quotaOf({ metric: 'cost', limit: '1000', alertPct: [60], counts }),
    ];
    await spend(instance, quotas, '700');
    const alerts = await fixture.ledger().untoldAlerts();
    const byPct = new Map(alerts.map((alert) => [alert.thresholdPct, alert.counts]));
    expect(byPct).toEqual(
      new Map<number, typeof counts | undefined>([
        [50, undefined],
        [60, counts],
      ]),
    );
    const answer = { alerts };
    expect(takeAlerts.answer.parse(answer)).toEqual(answer);
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
