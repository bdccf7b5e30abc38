import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { loadRates } from '../config-publishing/load-surroundings.ts';
import { currenciesWithoutRate } from '../domain/compile-quotas.ts';
import type { Budget } from '../domain/rows.ts';
import { unprocessable } from '../http/problem.ts';

/** Prices are in USD: a budget in another currency needs a rate, and is never taken at one to one. */
export async function requireRates(
  change: ConfigChange,
  field: string,
  budgets: readonly Budget[],
): Promise<void> {
  if (!budgets.some(({ currency }) => currency !== null && currency !== 'USD')) return;
  const [missing] = currenciesWithoutRate(budgets, await loadRates(change.manager));
  if (missing === undefined) return;
  throw unprocessable(
    field,
    `there is no exchange rate for ${missing}; set one with PUT /api/v1/exchange-rates/${missing} { "usdPerUnit": "…" }`,
  );
}
