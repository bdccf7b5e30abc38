import type { SlotQuota } from '@tollgate/contracts';
import type { QuotaIdOf } from './compile-quotas.ts';
import type { Budget, KeyRow, OrganizationRow, ProjectRow } from './rows.ts';

type Owner = Pick<SlotQuota, 'scope' | 'scopeId'>;

/** Every limit on calls that are open at once which a request with this key meets. */
export function compileSlotQuotas(
  {
    key,
    project,
    organization,
  }: {
    readonly key: Pick<KeyRow, 'id' | 'budgets' | 'maxConcurrency'>;
    readonly project: Pick<ProjectRow, 'id' | 'budgets'>;
    readonly organization: Pick<OrganizationRow, 'id' | 'budgets'>;
  },
  quotaIdOf: QuotaIdOf,
): SlotQuota[] {
  const ofKey: Owner = { scope: 'key', scopeId: key.id };
  const short = key.maxConcurrency;
  return [
    ...limitsOf(
      { scope: 'organization', scopeId: organization.id },
      organization.budgets,
      quotaIdOf,
    ),
    ...limitsOf({ scope: 'project', scopeId: project.id }, project.budgets, quotaIdOf),
    ...limitsOf(ofKey, key.budgets, quotaIdOf),
    ...(short === null
      ? []
      : [{ quotaId: idOf(ofKey, 'short', quotaIdOf), ...ofKey, limit: short, hard: true }]),
  ];
}

/** The id does not follow from the limit, so that a changed limit counts the calls that are open already. */
function limitsOf(owner: Owner, budgets: readonly Budget[], quotaIdOf: QuotaIdOf): SlotQuota[] {
  return budgets
    .filter(({ metric }) => metric === 'concurrency')
    .map(({ limit, hard }, ordinal) => ({
      quotaId: idOf(owner, String(ordinal), quotaIdOf),
      ...owner,
      limit: Number(limit),
      hard,
    }));
}

function idOf({ scope, scopeId }: Owner, name: string, quotaIdOf: QuotaIdOf): string {
  return quotaIdOf([scope, scopeId, 'concurrency', name].join('|'));
}
