import { encodePicoUsd, parseUsd, type QuotaDefinition } from '@tollgate/contracts';
import type { AmountBudget, Budget, KeyRow, OrganizationRow, ProjectRow } from './rows.ts';

/** USD for one unit of each currency that has a rate; decimal strings. */
export type ExchangeRates = ReadonlyMap<string, string>;

/** Makes a `quo_…` id of a text: the same id for the same text, always. */
export type QuotaIdOf = (identity: string) => string;

type Scope = Pick<QuotaDefinition, 'scope' | 'scopeId'>;

/** The USD price of a unit, or undefined for a currency without a rate. A dollar is a dollar. */
export function usdPerUnit(currency: string, rates: ExchangeRates): string | undefined {
  return currency === 'USD' ? '1' : rates.get(currency);
}

/** Currencies of these budgets that have no rate. */
export function currenciesWithoutRate(
  budgets: readonly Budget[],
  rates: ExchangeRates,
): readonly string[] {
  const currencies = new Set(budgets.flatMap(({ currency }) => (currency ? [currency] : [])));
  return [...currencies].filter((currency) => usdPerUnit(currency, rates) === undefined);
}

/** All budgets of a key: those written out, then those that its short fields stand for. */
export function budgetsOfKey(
  key: Pick<KeyRow, 'budgets' | 'rateLimit' | 'tokenLimit' | 'budgetMonthlyEur' | 'budgetAlertPct'>,
): readonly Budget[] {
  const budgets = [...key.budgets];
  const perMinute = { window: 'minute', currency: null, timezone: 'UTC', hard: true } as const;
  if (key.rateLimit !== null) {
    const limit = String(key.rateLimit);
    budgets.push({ ...perMinute, metric: 'requests', limit, alertPct: [] });
  }
  if (key.tokenLimit !== null) {
    const limit = String(key.tokenLimit);
    budgets.push({ ...perMinute, metric: 'tokens', limit, alertPct: [] });
  }
  if (key.budgetMonthlyEur !== null) {
    budgets.push({
      metric: 'cost',
      window: 'month',
      limit: key.budgetMonthlyEur,
      currency: 'EUR',
      timezone: 'UTC',
      hard: true,
      alertPct: key.budgetAlertPct === null ? [] : [key.budgetAlertPct],
    });
  }
  return budgets;
}

/** Every limit that a request with this key meets. */
export function compileQuotas(
  owners: { key: KeyRow; project: ProjectRow; organization: OrganizationRow },
  rates: ExchangeRates,
  quotaIdOf: QuotaIdOf,
): QuotaDefinition[] {
  const { key, project, organization } = owners;
  const compile = (scope: Scope, budgets: readonly Budget[]): QuotaDefinition[] =>
    compileBudgets(scope, budgets, rates, quotaIdOf);
  return [
    ...compile({ scope: 'organization', scopeId: organization.id }, organization.budgets),
    ...compile({ scope: 'project', scopeId: project.id }, project.budgets),
    ...compile({ scope: 'key', scopeId: key.id }, budgetsOfKey(key)),
  ];
}

/**
 * The id comes from what is counted, where and in which windows, not from the limit: raising a limit or giving a key a
 * new text must not forget what was spent. Budgets that count the same thing are told apart by their order.
 */
function compileBudgets(
  scope: Scope,
  budgets: readonly Budget[],
  rates: ExchangeRates,
  quotaIdOf: QuotaIdOf,
): QuotaDefinition[] {
  const seen = new Map<string, number>();
  return budgets.filter(isOfAmount).map((budget) => {
    const counted = [budget.metric, budget.window, budget.currency ?? '', budget.timezone].join(
      '|',
    );
    const ordinal = seen.get(counted) ?? 0;
    seen.set(counted, ordinal + 1);
    return {
      quotaId: quotaIdOf([scope.scope, scope.scopeId, counted, ordinal].join('|')),
      ...scope,
      metric: budget.metric,
      window: budget.window,
      limit: budget.metric === 'cost' ? encodePicoUsd(parseUsd(budget.limit) ?? 0n) : budget.limit,
      currency: budget.currency,
      usdPerUnit: budget.currency === null ? null : (usdPerUnit(budget.currency, rates) ?? null),
      timezone: budget.timezone,
      hard: budget.hard,
      alertPct: [...budget.alertPct],
    };
  });
}

function isOfAmount(budget: Budget): budget is AmountBudget {
  return budget.metric !== 'concurrency';
}
