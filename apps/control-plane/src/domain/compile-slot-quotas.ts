import type { RequestSlotQuota, SlotQuota } from '@tollgate/contracts';
import { nameOfSelector, type QuotaIdOf, selectorOf } from './compile-quotas.ts';
import type { Budget, KeyRow, OrganizationRow, ProjectRow } from './rows.ts';

type Owner = Pick<SlotQuota, 'scope' | 'scopeId'>;

interface Owners {
  readonly key: Pick<KeyRow, 'id' | 'budgets' | 'maxConcurrency'>;
  readonly project: Pick<ProjectRow, 'id' | 'budgets'>;
  readonly organization: Pick<OrganizationRow, 'id' | 'budgets'>;
}

/** Every limit on calls that are open at once which all requests with this key meet. */
export function compileSlotQuotas(owners: Owners, quotaIdOf: QuotaIdOf): SlotQuota[] {
  const ofKey: Owner = { scope: 'key', scopeId: owners.key.id };
  const short = owners.key.maxConcurrency;
  return [
    ...ofOwners(owners).flatMap(([owner, budgets]) =>
      limitsOf(owner, budgets.filter(isWhole), quotaIdOf),
    ),
    ...(short === null
      ? []
      : [{ quotaId: idOf(ofKey, 'short', quotaIdOf), ...ofKey, limit: short, hard: true }]),
  ];
}

/** Those that requests with this key meet by whom they are for and who answers. */
export function compileRequestSlotQuotas(owners: Owners, quotaIdOf: QuotaIdOf): RequestSlotQuota[] {
  return ofOwners(owners).flatMap(([owner, budgets]) => {
    const seen = new Map<string, number>();
    return budgets.filter(isConcurrency).flatMap((budget) => {
      const selector = selectorOf(budget);
      if (selector === null) return [];
      const name = nameOfSelector(selector);
      const ordinal = seen.get(name) ?? 0;
      seen.set(name, ordinal + 1);
      const quotaId = idOf(owner, `${name}|${ordinal}`, quotaIdOf);
      return [{ quotaId, ...owner, limit: Number(budget.limit), hard: budget.hard, selector }];
    });
  });
}

function ofOwners({
  key,
  project,
  organization,
}: Owners): readonly (readonly [Owner, readonly Budget[]])[] {
  return [
    [{ scope: 'organization', scopeId: organization.id }, organization.budgets],
    [{ scope: 'project', scopeId: project.id }, project.budgets],
    [{ scope: 'key', scopeId: key.id }, key.budgets],
  ];
}

const isConcurrency = ({ metric }: Budget): boolean => metric === 'concurrency';
const isWhole = (budget: Budget): boolean => isConcurrency(budget) && budget.scope === undefined;

/** The id does not follow from the limit, so that a changed limit counts the calls that are open already. */
function limitsOf(owner: Owner, budgets: readonly Budget[], quotaIdOf: QuotaIdOf): SlotQuota[] {
  return budgets.map(({ limit, hard }, ordinal) => ({
    quotaId: idOf(owner, String(ordinal), quotaIdOf),
    ...owner,
    limit: Number(limit),
    hard,
  }));
}

function idOf({ scope, scopeId }: Owner, name: string, quotaIdOf: QuotaIdOf): string {
  return quotaIdOf([scope, scopeId, 'concurrency', name].join('|'));
}
