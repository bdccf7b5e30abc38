import { formatUsd, type PriceOverride } from '@tollgate/contracts';
import { picoUsdOf } from './decimal-price.ts';
import {
  buildPriceSheet,
  type KnownRates,
  type PriceSheet,
  type PriceSource,
} from './price-sheet.ts';

/**
 * The price that an operator gives on a connection, or as a fallback. It has no tiers; a kind of token that it does not
 * name costs what its side costs. The version spells the prices out, so that a record says what it was charged at.
 * @throws RangeError when a price is no decimal: overrides are validated where they enter.
 */
export function priceFromOverride(
  override: PriceOverride,
  source: Exclude<PriceSource, 'catalogue'> = 'connection',
): PriceSheet {
  const { cachedInputPerMTok, cacheWritePerMTok } = override;
  const base: KnownRates = {
    input: picoUsdOf(override.inputPerMTok),
    output: picoUsdOf(override.outputPerMTok),
    ...(cachedInputPerMTok === undefined ? {} : { cachedInput: picoUsdOf(cachedInputPerMTok) }),
    ...(cacheWritePerMTok === undefined ? {} : { cacheWrite: picoUsdOf(cacheWritePerMTok) }),
  };
  const perRequestPicoUsd = picoUsdOf(override.perRequest ?? '0');
  const version = `${source}:${spellOut({ ...base, request: perRequestPicoUsd })}`;
  return buildPriceSheet({ version, source, base, perRequestPicoUsd });
}

function spellOut(prices: Readonly<Record<string, bigint>>): string {
  return Object.entries(prices)
    .filter(([name, price]) => name !== 'request' || price > 0n)
    .map(([name, price]) => `${name}=${formatUsd(price)}`)
    .join(',');
}
