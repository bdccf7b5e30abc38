import type { ConfigChange } from '../config-publishing/config-changes.ts';
import { exchangeRates } from '../database/tables.ts';
import type { ExchangeRateRow } from '../domain/rows.ts';
import { notFound } from '../http/problem.ts';

/** Leaves a currency to the feed again. */
export async function releaseToFeed(
  { manager }: ConfigChange,
  currency: string,
): Promise<ExchangeRateRow> {
  const row = await manager.findOneBy(exchangeRates, { currency });
  if (!row) throw notFound('exchange rate', currency);
  row.source = 'feed';
  await manager.save(exchangeRates, row);
  return row;
}
