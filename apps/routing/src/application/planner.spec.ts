import type { CallsObserved, CompiledRoute, PlansInvalidated } from '@tollgate/contracts';
import { lookAt, makeRequest, makeRoute, makeTarget } from '../domain/fixtures.ts';
import { HealthBook } from './health-book.ts';
import { PlanInvalidation } from './plan-invalidation.ts';
import { Planner } from './planner.ts';

let now = 1_700_000_000_000;

function setUp(route: CompiledRoute | null = makeRoute()) {
  const health = new HealthBook();
  const planner = new Planner({
    config: { read: async <T>() => route as T | null },
    health,
    models: { facts: () => null, appraise: (target) => lookAt(target).appraisal },
    newId: (kind) => `${kind}_id`,
    now: () => now,
    planTtlMs: 30_000,
  });
  const announced: PlansInvalidated[] = [];
  const invalidation = new PlanInvalidation({
    bus: { broadcast: (_message, event) => void announced.push(event as PlansInvalidated) },
    planner,
    health,
    now: () => now,
  });
  return { planner, invalidation, announced };
}

const failures = (count: number): CallsObserved => ({
  instanceId: 'ins_a',
  at: now,
  outcomes: [
    {
      aiProviderId: 'aip_a',
      model: 'gpt-4o-mini',
      succeeded: 0,
      failed: { 'provider.server_error': count },
      ttftMsSum: 0,
      durationMsSum: 0,
      retryAfterMs: 0,
    },
  ],
});

describe('Planner', () => {
  it('plans by the published route and stamps the epoch', async () => {
    const { planner } = setUp();
    const answer = await planner.plan(makeRequest());
    expect(answer).toMatchObject({
      outcome: 'planned',
      plan: { routeVersion: 1, epoch: now, ttlMs: 30_000 },
    });
  });

  it('finds no route for a key of another tenant', async () => {
    const { planner } = setUp();
    expect(await planner.plan(makeRequest({ projectId: 'prj_b' }))).toEqual({
      outcome: 'no_route',
    });
    expect(await planner.plan(makeRequest({ organizationId: 'org_b' }))).toEqual({
      outcome: 'no_route',
    });
    expect(await setUp(null).planner.plan(makeRequest())).toEqual({ outcome: 'no_route' });
  });

  it('announces a newer epoch when a circuit opens, plans around it, and lets it back in later', async () => {
    const two = makeRoute({
      targets: [makeTarget(), makeTarget({ aiProviderId: 'aip_b', priority: 1 })],
    });
    const { planner, invalidation, announced } = setUp(two);
    const before = await planner.plan(makeRequest());
    invalidation.callsObserved(failures(3));
    expect(announced).toEqual([]);
    invalidation.callsObserved(failures(3));
    expect(announced).toMatchObject([
      { aiProviderIds: ['aip_a'], reason: expect.stringContaining('closed to open') },
    ]);
    if (before.outcome !== 'planned') throw new Error(before.outcome);
    expect(announced[0]?.epoch).toBeGreaterThan(before.plan.epoch);
    const around = await planner.plan(makeRequest());
    expect(around).toMatchObject({
      plan: { candidates: [{ aiProviderId: 'aip_b' }], excluded: [{ reason: 'unhealthy' }] },
    });
    now += 6_000;
    invalidation.tick();
    expect(announced[1]).toMatchObject({ reason: expect.stringContaining('open to half-open') });
    expect(await planner.plan(makeRequest())).toMatchObject({
      plan: { candidates: [{ aiProviderId: 'aip_a' }, {}] },
    });
  });

  it('announces changed routes and connections, and nothing for other keys', () => {
    const { invalidation, announced } = setUp();
    invalidation.configChanged(['key.abc', 'revision']);
    expect(announced).toEqual([]);
    invalidation.configChanged(['route.rte_a', 'connection.aip_a']);
    expect(announced).toMatchObject([{ routeIds: ['rte_a'], aiProviderIds: ['aip_a'] }]);
    invalidation.configChanged(null);
    expect(announced[1]).toMatchObject({ routeIds: ['*'] });
  });
});
