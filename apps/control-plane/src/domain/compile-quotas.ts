import {
  encodePicoUsd,
  parseUsd,
  type QuotaDefinition,
  type RequestQuota,
  type Selector,
} from '@tollgate/contracts';
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

interface Owners {
  readonly key: KeyRow;
  readonly project: ProjectRow;
  readonly organization: OrganizationRow;
}

/** Every limit that all requests with this key meet. */
export function compileQuotas(
  owners: Owners,
  rates: ExchangeRates,
  quotaIdOf: QuotaIdOf,
): QuotaDefinition[] {
  return compileAll(owners, rates, quotaIdOf).flatMap(({ quota, selector }) =>
    selector === null ? [quota] : [],
  );
}

/** Every limit that requests with this key meet by whom they are for and who answers. */
export function compileRequestQuotas(
  owners: Owners,
  rates: ExchangeRates,
  quotaIdOf: QuotaIdOf,
): RequestQuota[] {
  return compileAll(owners, rates, quotaIdOf).flatMap(({ quota, selector }) =>
    selector === null ? [] : [{ ...quota, selector }],
  );
}

/** Which requests of its owner a budget counts; null: all of them. */
export function selectorOf({ scope, tag, match }: Budget): Selector | null {
  if (scope === undefined) return null;
  return { by: scope, ...(tag === undefined ? {} : { tag }), match: match ?? null };
}

/** The same text for budgets that count the same requests. */
export function nameOfSelector(selector: Selector | null): string {
  if (selector === null) return '';
  const { by, tag, match } = selector;
  return JSON.stringify([by, tag ?? null, match]);
}

interface Compiled {
  readonly quota: QuotaDefinition;
  readonly selector: Selector | null;
}

function compileAll(
  { key, project, organization }: Owners,
  rates: ExchangeRates,
  quotaIdOf: QuotaIdOf,
): Compiled[] {
  const compile = (scope: Scope, budgets: readonly Budget[]): Compiled[] =>
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
): Compiled[] {
  const seen = new Map<string, number>();
  return budgets.filter(isOfAmount).map((budget) => {
    const selector = selectorOf(budget);
    const counted = [
      budget.metric,
      budget.window,
      budget.currency ?? '',
      budget.timezone,
      ...(selector ? [nameOfSelector(selector)] : []),
    ].join('|');
    const ordinal = seen.get(counted) ?? 0;
    seen.set(counted, ordinal + 1);
    const isCost = budget.metric === 'cost';
    const quota: QuotaDefinition = {
      quotaId: quotaIdOf([scope.scope, scope.scopeId, counted, ordinal].join('|')),
      ...scope,
      metric: budget.metric,
      window: budget.window,
      limit: isCost ? encodePicoUsd(parseUsd(budget.limit) ?? 0n) : budget.limit,
      currency: budget.currency,
      usdPerUnit: budget.currency === null ? null : (usdPerUnit(budget.currency, rates) ?? null),
      timezone: budget.timezone,
      hard: budget.hard,
      alertPct: [...budget.alertPct],
    };
    return { quota, selector };
  });
}

function isOfAmount(budget: Budget): budget is AmountBudget {
  return budget.metric !== 'concurrency';
}
