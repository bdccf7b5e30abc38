import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { exchangeRates } from '../database/tables.ts';
import type { ExchangeRateRow } from '../domain/rows.ts';

/** Sets a rate, which the feed leaves alone from then on. Budgets in that currency take it over from their next window on. */
export async function putExchangeRate(
  change: ConfigChange,
  currency: string,
  usdPerUnit: string,
): Promise<ExchangeRateRow> {
  const { manager } = change;
  const current = await manager.findOneBy(exchangeRates, { currency });
  if (current?.usdPerUnit === usdPerUnit && current.source === 'operator') return current;
  const row: ExchangeRateRow = {
    currency,
    usdPerUnit,
    source: 'operator',
    asOf: null,
    updatedAt: new Date(),
  };
  await manager.upsert(exchangeRates, row, ['currency']);
  if (current?.usdPerUnit !== usdPerUnit) change.touch(touch.keysOfEveryone);
  return row;
}
