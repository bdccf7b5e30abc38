import type { KeyPolicy, Plan } from '@tollgate/contracts';
import { PlanCache, type PlanEntry } from './plan-cache.ts';

const POLICY = { keyId: 'key_1' } as KeyPolicy;
const connection = (aiProviderId: string) => ({ aiProviderId });

/** Only what the cache looks at. */
function entry(changes: Partial<Plan> = {}, policy = POLICY): PlanEntry {
  const plan = {
    routeId: 'rte_1',
    epoch: 10,
    ttlMs: 1_000,
    candidates: [connection('aip_1')],
    excluded: [connection('aip_2')],
    ...changes,
  };
  return { policy, plan } as unknown as PlanEntry;
}

const event = (changes: object) => ({
  epoch: 11,
  routeIds: [],
  aiProviderIds: [],
  reason: '',
  ...changes,
});

describe('PlanCache', () => {
  it('guarantees a plan for its policy alone, until its time is over', () => {
    const cache = new PlanCache(10, 5_000);
    const one = entry();
    cache.put('k', one, 0);
    expect(cache.fresh('k', POLICY, 999)).toBe(one);
    expect(cache.fresh('k', { ...POLICY }, 999)).toBeUndefined();
    expect(cache.fresh('k', POLICY, 1_000)).toBeUndefined();
  });

  it('guarantees that a plan past its time stands in for a while, and is then used as fresh for a moment', () => {
    const cache = new PlanCache(10, 5_000);
    const one = entry();
    cache.put('k', one, 0);
    expect(cache.stale('k', POLICY, 2_000, 100)).toBe(one);
    expect(cache.fresh('k', POLICY, 2_099)).toBe(one);
    expect(cache.fresh('k', POLICY, 2_100)).toBeUndefined();
    expect(cache.stale('k', POLICY, 6_000, 100)).toBeUndefined();
    expect(cache.stale('k', { ...POLICY }, 2_000, 100)).toBeUndefined();
  });

  it.each([
    [{ routeIds: ['rte_1'] }, true],
    [{ routeIds: ['*'] }, true],
    [{ aiProviderIds: ['aip_1'] }, true],
    [{ aiProviderIds: ['aip_2'] }, true],
    [{ routeIds: ['rte_2'], aiProviderIds: ['aip_3'] }, false],
    [{ routeIds: ['rte_1'], epoch: 10 }, false],
  ])('guarantees that %j makes the plan void: %s', (changes, isVoid) => {
    const cache = new PlanCache(10, 5_000);
    cache.put('k', entry(), 0);
    cache.invalidate(event(changes));
    expect(cache.fresh('k', POLICY, 1) === undefined).toBe(isVoid);
    expect(cache.stale('k', POLICY, 1, 1) === undefined).toBe(isVoid);
  });

  it('guarantees that a plan declared void on its way is not kept, and a later one is', () => {
    const cache = new PlanCache(10, 5_000);
    cache.invalidate(event({ routeIds: ['rte_1'] }));
    cache.put('k', entry(), 0);
    expect(cache.size).toBe(0);
    cache.put('k', entry({ epoch: 11 }), 0);
    expect(cache.size).toBe(1);
  });

  it('guarantees that the oldest goes when it is full', () => {
    const cache = new PlanCache(2, 0);
    for (const key of ['a', 'b', 'a', 'c']) cache.put(key, entry(), 0);
    expect(['a', 'b', 'c'].map((key) => cache.fresh(key, POLICY, 0) !== undefined)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('guarantees that a written route takes its plans along', () => {
    const cache = new PlanCache(10, 5_000);
    cache.put('a', entry(), 0);
    cache.put('b', entry({ routeId: 'rte_2' }), 0);
    cache.dropRoutes(new Set(['rte_1']));
    expect(cache.size).toBe(1);
  });
});
