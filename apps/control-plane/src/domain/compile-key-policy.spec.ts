import { keyPolicy, METRICS, parseUsd, WINDOWS } from '@tollgate/contracts';
import fc from 'fast-check';
import { compileKeyPolicy, type KeyPolicySources } from './compile-key-policy.ts';
import type { Budget } from './rows.ts';
import { sampleKey, sampleOrganization, sampleProject } from './sample-rows.ts';

const sources: KeyPolicySources = {
  key: sampleKey,
  textEndsAt: null,
  project: sampleProject,
  organization: sampleOrganization,
  credits: null,
  routes: [
    { id: 'rte_1', name: 'default', publishedVersion: 3 },
    { id: 'rte_2', name: 'draft', publishedVersion: null },
  ],
  rates: new Map([['EUR', '1.08']]),
  quotaIdOf: (identity) => `quo_${identity}`,
};

const budget = fc
  .record({
    metric: fc.constantFrom(...METRICS),
    window: fc.constantFrom(...WINDOWS),
    limit: fc.nat().map(String),
    currency: fc.constantFrom('USD', 'EUR'),
    timezone: fc.constantFrom('UTC', 'Europe/Paris'),
    hard: fc.boolean(),
    alertPct: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 3 }),
  })
  .map((one): Budget => ({ ...one, currency: one.metric === 'cost' ? one.currency : null }));
const budgets = fc.array(budget, { maxLength: 12 });

const perDay = {
  metric: 'requests',
  window: 'day',
  limit: '5',
  currency: null,
  timezone: 'UTC',
  hard: true,
  alertPct: [],
} as const;
const concurrent = { ...perDay, metric: 'concurrency', window: null } as const;

describe('the policy of a key', () => {
  it('is understood by its readers, with one quota of its own for each budget', () => {
    fc.assert(
      fc.property(budgets, budgets, budgets, (ofKey, ofProject, ofOrganization) => {
        const policy = compileKeyPolicy({
          ...sources,
          key: { ...sampleKey, budgets: ofKey },
          project: { ...sampleProject, budgets: ofProject },
          organization: { ...sampleOrganization, budgets: ofOrganization },
        });
        expect(keyPolicy.parse(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
        const all = [...ofOrganization, ...ofProject, ...ofKey];
        expect(policy.quotas).toHaveLength(all.length);
        expect(new Set(policy.quotas.map(({ quotaId }) => quotaId)).size).toBe(all.length);
        for (const [index, quota] of policy.quotas.entries()) {
          const limit = all[index]?.limit ?? '';
          const expected = quota.metric === 'cost' ? String(parseUsd(limit)) : limit;
          expect(quota.limit).toBe(expected);
          expect(quota.usdPerUnit === null).toBe(quota.metric !== 'cost');
        }
      }),
    );
  });

  it('keeps the ids of quotas when limits, alerts or the text of the key change', () => {
    fc.assert(
      fc.property(budgets, fc.nat(), (before, limit) => {
        const after = before.map((one) => ({ ...one, limit: String(limit), alertPct: [] }));
        const idsOf = (list: readonly Budget[], keyHash: string) =>
          compileKeyPolicy({
            ...sources,
            key: { ...sampleKey, budgets: list, keyHash },
          }).quotas.map(({ quotaId }) => quotaId);
        expect(idsOf(after, 'new')).toEqual(idsOf(before, 'old'));
      }),
    );
  });

  it('states limits that select requests apart, whoever set them, and counts each selection for itself', () => {
    const perUser = { ...perDay, scope: 'end_user' as const, match: null };
    const policyOf = (limit: string) =>
      compileKeyPolicy({
        ...sources,
        organization: { ...sampleOrganization, budgets: [perDay, { ...perUser, limit }] },
        project: {
          ...sampleProject,
          budgets: [{ ...perDay, scope: 'tag', tag: 'team', match: 'search', limit }],
        },
        key: {
          ...sampleKey,
          budgets: [
            { ...perUser, limit },
            { ...perUser, match: 'alice', limit },
            { ...perUser, limit },
            { ...concurrent, scope: 'model', match: 'gpt-5', limit },
            concurrent,
          ],
        },
      });
    const policy = policyOf('9');
    expect(keyPolicy.parse(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
    expect(policy.quotas.map(({ scope }) => scope)).toEqual(['organization']);
    expect(
      policy.requestQuotas?.map(({ scope, limit, selector }) => ({ scope, limit, selector })),
    ).toEqual([
      { scope: 'organization', limit: '9', selector: { by: 'end_user', match: null } },
      { scope: 'project', limit: '9', selector: { by: 'tag', tag: 'team', match: 'search' } },
      { scope: 'key', limit: '9', selector: { by: 'end_user', match: null } },
      { scope: 'key', limit: '9', selector: { by: 'end_user', match: 'alice' } },
      { scope: 'key', limit: '9', selector: { by: 'end_user', match: null } },
    ]);
    expect(policy.requestSlotQuotas).toMatchObject([
      { scope: 'key', limit: 9, selector: { by: 'model', match: 'gpt-5' } },
    ]);
    const idsOf = ({ quotas, requestQuotas, slotQuotas, requestSlotQuotas }: typeof policy) =>
      [quotas, requestQuotas, slotQuotas, requestSlotQuotas].flatMap((all) =>
        (all ?? []).map(({ quotaId }) => quotaId),
      );
    expect(new Set(idsOf(policy)).size).toBe(8);
    expect(idsOf(policyOf('500'))).toEqual(idsOf(policy));
  });

  it('caps what is free of platform access until credits are bought, and then counts those alone', () => {
    const quotasOf = (changes: Partial<KeyPolicySources>) =>
      compileKeyPolicy({ ...sources, ...changes }).platformQuotas ?? [];
    const organization = {
      ...sampleOrganization,
      managedCaps: { chat: 5, images: null, embeddings: 0 },
    };
    expect(quotasOf({ organization })).toMatchObject([
      {
        kind: 'onboarding',
        metric: 'requests',
        limit: '5',
        operations: expect.arrayContaining(['chat', 'speech']),
      },
      { kind: 'onboarding', metric: 'requests', limit: '0', operations: ['embeddings'] },
    ]);
    const bought = quotasOf({ credits: { grantedPicoUsd: 12_500_000_000_000n } });
    expect(bought).toMatchObject([{ kind: 'credits', metric: 'cost', limit: '12500000000000' }]);
    expect(bought[0]).not.toHaveProperty('operations');
    expect(quotasOf({ credits: { grantedPicoUsd: -1n } })).toMatchObject([{ limit: '0' }]);
    const another = quotasOf({
      credits: { grantedPicoUsd: 1n },
      key: { ...sampleKey, id: 'key_2' },
    });
    expect(another.map(({ quotaId }) => quotaId)).toEqual(bought.map(({ quotaId }) => quotaId));
  });

  it('names published routes alone', () => {
    expect(compileKeyPolicy(sources)).toMatchObject({
      routeId: 'rte_1',
      routesByName: { default: 'rte_1' },
    });
    const onDraft = { ...sources, key: { ...sampleKey, routeId: 'rte_2' } };
    expect(compileKeyPolicy(onDraft).routeId).toBeNull();
  });

  it('is revoked before it is disabled', () => {
    const statusOf = (key: Partial<typeof sampleKey>) =>
      compileKeyPolicy({ ...sources, key: { ...sampleKey, ...key } }).status;
    expect(statusOf({})).toBe('active');
    expect(statusOf({ enabled: false })).toBe('disabled');
    expect(statusOf({ enabled: false, revokedAt: new Date(0) })).toBe('revoked');
  });

  it("names the project's price for models without one, else the organization's", () => {
    const [cheap, dear] = [
      { inputPerMTok: '1', outputPerMTok: '2' },
      { inputPerMTok: '10', outputPerMTok: '20' },
    ];
    const organization = { ...sampleOrganization, defaultPrice: dear };
    const project = { ...sampleProject, defaultPrice: cheap };
    expect(compileKeyPolicy(sources).defaultPrice).toBeNull();
    expect(compileKeyPolicy({ ...sources, organization }).defaultPrice).toEqual(dear);
    expect(compileKeyPolicy({ ...sources, organization, project }).defaultPrice).toEqual(cheap);
  });

  it('takes what the project leaves open from the organization', () => {
    expect(compileKeyPolicy(sources).payloadCapture).toBe('metadata');
    const project = { ...sampleProject, payloadCapture: 'none' as const };
    expect(compileKeyPolicy({ ...sources, project }).payloadCapture).toBe('none');
  });

  it('ends a former text at its own end or with its key, whichever is first', () => {
    const [early, late] = [new Date(1_000), new Date(2_000)];
    const endOf = (expiresAt: Date | null, textEndsAt: Date | null) =>
      compileKeyPolicy({ ...sources, key: { ...sampleKey, expiresAt }, textEndsAt }).expiresAt;
    expect(endOf(null, null)).toBeNull();
    expect(endOf(early, null)).toBe(1_000);
    expect(endOf(null, late)).toBe(2_000);
    expect(endOf(early, late)).toBe(1_000);
    expect(endOf(late, early)).toBe(1_000);
  });
});
