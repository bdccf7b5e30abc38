import type { ModelPrice, TieredPrices } from '@pydantic/genai-prices';
import { ceilDivide, picoUsdOf } from './decimal-price.ts';
import { buildPriceSheet, type KnownRates, type PriceSheet, type RateName } from './price-sheet.ts';

/** The catalogue's names of the prices that token counts can be charged by. */
const RATE_OF_KEY: ReadonlyMap<string, RateName> = new Map([
  ['input_mtok', 'input'],
  ['cache_read_mtok', 'cachedInput'],
  ['cache_write_mtok', 'cacheWrite'],
  ['cache_write_1h_mtok', 'cacheWrite1h'],
  ['input_audio_mtok', 'inputAudio'],
  ['cache_audio_read_mtok', 'cachedInputAudio'],
  ['output_mtok', 'output'],
  ['output_reasoning_mtok', 'reasoning'],
  ['output_audio_mtok', 'outputAudio'],
]);

/** Charges that arise beside tokens, only when a request asks for such a tool. Of these, web searches are counted. */
const UNMETERED = new Set([
  'web_searches_kcount',
  'storage_searches_kcount',
  'social_searches_kcount',
]);

/** Prices of images and video, which token counts do not tell from text: harmless where they are no dearer than text. */
const NOT_TOLD_APART: ReadonlyMap<string, string> = new Map([
  ['input_image_mtok', 'input_mtok'],
  ['cache_image_read_mtok', 'cache_read_mtok'],
  ['input_video_mtok', 'input_mtok'],
  ['output_image_mtok', 'output_mtok'],
  ['output_video_mtok', 'output_mtok'],
]);

/**
 * Reads one of the catalogue's price lists. Undefined where charging by tokens would understate it: prices by the hour
 * or page, images dearer than text, no input price. An empty list is a price of zero only if `isFree`.
 */
export function sheetFromCatalogue(
  version: string,
  prices: ModelPrice,
  isFree: boolean,
): PriceSheet | undefined {
  const keys = Object.keys(prices).filter((key) => prices[key] !== undefined);
  if (keys.length === 0) {
    return isFree
      ? buildPriceSheet({ version, source: 'catalogue', base: { input: 0n } })
      : undefined;
  }
  if (!keys.every((key) => isChargeable(key, prices))) return undefined;
  const base = ratesAt(prices, -1);
  if (!base) return undefined;
  const higherTiers = [];
  for (const aboveInputTokens of tierStarts(prices)) {
    const rates = ratesAt(prices, aboveInputTokens);
    if (rates) higherTiers.push({ aboveInputTokens, rates });
  }
  const perThousandCalls = prices['requests_kcount'];
  return buildPriceSheet({
    version,
    source: 'catalogue',
    base,
    higherTiers,
    perRequestPicoUsd:
      typeof perThousandCalls === 'number' ? ceilDivide(picoUsdOf(perThousandCalls), 1000n) : 0n,
    unmetered: keys.filter((key) => UNMETERED.has(key)),
    ...hostedCallPrice(prices),
  });
}

/** What its tools cost for one run, from prices of a thousand: a search, and the dearest of all. */
function hostedCallPrice(prices: ModelPrice): {
  readonly perHostedCallPicoUsd?: bigint;
  readonly perWebSearchPicoUsd?: bigint;
} {
  let dearest: bigint | undefined;
  for (const key of UNMETERED) {
    const perThousand = prices[key];
    if (typeof perThousand !== 'number') continue;
    const each = ceilDivide(picoUsdOf(perThousand), 1000n);
    if (dearest === undefined || each > dearest) dearest = each;
  }
  const search = prices['web_searches_kcount'];
  return {
    ...(dearest === undefined ? {} : { perHostedCallPicoUsd: dearest }),
    ...(typeof search === 'number'
      ? { perWebSearchPicoUsd: ceilDivide(picoUsdOf(search), 1000n) }
      : {}),
  };
}

function isChargeable(key: string, prices: ModelPrice): boolean {
  if (RATE_OF_KEY.has(key) || UNMETERED.has(key)) return true;
  if (key === 'requests_kcount') return typeof prices[key] === 'number';
  const textKey = NOT_TOLD_APART.get(key);
  if (!textKey) return false;
  const own = prices[key];
  const text = prices[textKey];
  return typeof own === 'number' && typeof text === 'number' && own <= text;
}

function tierStarts(prices: ModelPrice): readonly number[] {
  const starts = new Set<number>();
  for (const price of Object.values(prices)) {
    if (typeof price === 'object') for (const tier of price.tiers) starts.add(tier.start);
  }
  return [...starts].sort((a, b) => a - b);
}

/** The prices of a call whose input is just above `start`. */
function ratesAt(prices: ModelPrice, start: number): KnownRates | undefined {
  const rates: Partial<Record<RateName, bigint>> = {};
  for (const [key, price] of Object.entries(prices)) {
    const name = RATE_OF_KEY.get(key);
    if (name && price !== undefined) rates[name] = picoUsdOf(priceAt(price, start));
  }
  return rates.input === undefined ? undefined : { ...rates, input: rates.input };
}

function priceAt(price: number | TieredPrices, start: number): number {
  if (typeof price === 'number') return price;
  const reached = price.tiers
    .filter((tier) => tier.start <= start)
    .sort((a, b) => a.start - b.start);
  return reached.at(-1)?.price ?? price.base;
}
