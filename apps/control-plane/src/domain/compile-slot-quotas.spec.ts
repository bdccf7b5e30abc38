import { compileSlotQuotas } from './compile-slot-quotas.ts';
import type { ConcurrencyBudget } from './rows.ts';
import { sampleKey, sampleOrganization, sampleProject } from './sample-rows.ts';

const quotaIdOf = (identity: string): string => `quo_${identity}`;

const concurrency = (limit: string, hard = true): ConcurrencyBudget => ({
  metric: 'concurrency',
  window: null,
  limit,
  currency: null,
  timezone: 'UTC',
  hard,
  alertPct: [],
});

describe('limits on concurrency', () => {
  it('stand in the policy for the organization, the project and the key', () => {
    const quotas = compileSlotQuotas(
      {
        organization: { ...sampleOrganization, budgets: [concurrency('100')] },
        project: { ...sampleProject, budgets: [concurrency('40', false)] },
        key: { ...sampleKey, budgets: [concurrency('7')], maxConcurrency: 5 },
      },
      quotaIdOf,
    );
    expect(quotas).toEqual([
      {
        quotaId: 'quo_organization|org_1|concurrency|0',
        scope: 'organization',
        scopeId: 'org_1',
        limit: 100,
        hard: true,
      },
      {
        quotaId: 'quo_project|prj_1|concurrency|0',
        scope: 'project',
        scopeId: 'prj_1',
        limit: 40,
        hard: false,
      },
      {
        quotaId: 'quo_key|key_1|concurrency|0',
        scope: 'key',
        scopeId: 'key_1',
        limit: 7,
        hard: true,
      },
      {
        quotaId: 'quo_key|key_1|concurrency|short',
        scope: 'key',
        scopeId: 'key_1',
        limit: 5,
        hard: true,
      },
    ]);
  });

  it('keep their ids when limits change and other budgets come and go', () => {
    const idsOf = (budgets: typeof sampleKey.budgets) =>
      compileSlotQuotas(
        {
          organization: sampleOrganization,
          project: sampleProject,
          key: { ...sampleKey, budgets },
        },
        quotaIdOf,
      ).map(({ quotaId }) => quotaId);
    const requests = { ...concurrency('9'), metric: 'requests', window: 'day' } as const;
    expect(idsOf([requests, concurrency('9')])).toEqual(idsOf([concurrency('3')]));
  });

  it('are none where nobody set any', () => {
    const owners = { organization: sampleOrganization, project: sampleProject, key: sampleKey };
    expect(compileSlotQuotas(owners, quotaIdOf)).toEqual([]);
  });
});
