import type { EntityManager } from 'typeorm';
import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { exchangeRates } from '../database/tables.ts';
import type { FedRates } from '../domain/read-exchange-rates.ts';
import type { ExchangeRateRow } from '../domain/rows.ts';

/** A currency that is worth twice or half what it was is rather a feed that went wrong. */
const MOST_CHANGE = 2;

/**
 * Takes over what a feed says, but for what an operator set, what is older than what stands there, and what is hard to
 * believe. Answers the currencies that were not believed.
 */
export async function takeFedRates(
  change: ConfigChange,
  { asOf, usdPerUnit }: FedRates,
): Promise<readonly string[]> {
  const { manager } = change;
  const rows = await manager.find(exchangeRates);
  const known = new Map(rows.map((row) => [row.currency, row]));
  const taken: ExchangeRateRow[] = [];
  const disbelieved: string[] = [];
  const day = asOf === null ? null : new Date(asOf);
  for (const [currency, rate] of usdPerUnit) {
    const current = known.get(currency);
    if (current?.source === 'operator' || isOlder(day, current)) continue;
    if (current && !isBelievable(rate, current.usdPerUnit)) disbelieved.push(currency);
    else
      taken.push({ currency, usdPerUnit: rate, source: 'feed', asOf: day, updatedAt: new Date() });
  }
  if (taken.length > 0) await manager.upsert(exchangeRates, taken, ['currency']);
  const changed = taken.filter((row) => known.get(row.currency)?.usdPerUnit !== row.usdPerUnit);
  if (await isAnyUsed(manager, changed)) change.touch(touch.keysOfEveryone);
  return disbelieved.sort();
}

function isOlder(day: Date | null, current: ExchangeRateRow | undefined): boolean {
  return day !== null && current?.asOf != null && day < current.asOf;
}

/** A comparison alone: no amount is computed of these. */
function isBelievable(rate: string, before: string): boolean {
  const factor = Number(rate) / Number(before);
  return factor <= MOST_CHANGE && factor >= 1 / MOST_CHANGE;
}

/** Compiling every key is much work: it is done only where a budget is in a currency that changed. */
async function isAnyUsed(
  manager: EntityManager,
  changed: readonly ExchangeRateRow[],
): Promise<boolean> {
  if (changed.length === 0) return false;
  const [row]: { used: boolean }[] = await manager.query(
    `SELECT EXISTS (
       SELECT FROM (
         SELECT budgets FROM control_plane.organizations UNION ALL
         SELECT budgets FROM control_plane.projects UNION ALL
         SELECT budgets FROM control_plane.keys WHERE revoked_at IS NULL) owners
       CROSS JOIN LATERAL jsonb_array_elements(owners.budgets) budget
       WHERE budget->>'currency' = ANY($1))
     OR 'EUR' = ANY($1) AND EXISTS (
       SELECT FROM control_plane.keys WHERE budget_monthly_eur IS NOT NULL AND revoked_at IS NULL) AS used`,
    [changed.map(({ currency }) => currency)],
  );
  return row?.used ?? false;
}
