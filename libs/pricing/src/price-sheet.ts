/** Where a price comes from: the catalogue, the operator's price on a connection, or the operator's fallback. */
export type PriceSource = 'catalogue' | 'connection' | 'default';

export const RATE_NAMES = [
  'input',
  'cachedInput',
  'cacheWrite',
  'cacheWrite1h',
  'inputAudio',
  'cachedInputAudio',
  'output',
  'reasoning',
  'outputAudio',
] as const;
export type RateName = (typeof RATE_NAMES)[number];

/** Pico-USD for a million tokens of each kind. */
export type Rates = Readonly<Record<RateName, bigint>>;

/** Pico-USD for one token of each kind. */
export type TokenRates = Readonly<Record<RateName, number>>;

/** Pico-USD for a million tokens, at the dearest that this tier or a lower one asks: what a reservation must assume. */
export interface DearestRates {
  /** Indexed by `dearestInputIndex`. */
  readonly input: readonly bigint[];
  readonly output: bigint;
  readonly outputWithAudio: bigint;
}

/** Prices of a call whose input is larger than `aboveInputTokens`; they hold for all of its tokens. */
export interface PriceTier {
  readonly aboveInputTokens: number;
  readonly rates: Rates;
  /** Undefined where a token costs no whole number of pico-USD. */
  readonly tokenRates: TokenRates | undefined;
  readonly dearest: DearestRates;
}

/** What a call to one model is charged at. Build it with `findPrice` or `priceFromOverride`; immutable. */
export interface PriceSheet {
  /** Names the prices for good: stands in every record that was charged by them. */
  readonly version: string;
  readonly source: PriceSource;
  readonly base: PriceTier;
  /** Ascending by `aboveInputTokens`. */
  readonly higherTiers: readonly PriceTier[];
  /** Pico-USD for each call, whatever its size. */
  readonly perRequestPicoUsd: bigint;
  /** What the vendor also charges and token counts do not show, e.g. `web_searches_kcount`. */
  readonly unmetered: readonly string[];
  /** Pico-USD for each search of the web by the provider; 0 where none is known. */
  readonly perWebSearchPicoUsd: bigint;
  /** The most for each run of a tool at the provider, pico-USD; the dearest where the vendor has several, or none is known. */
  readonly perHostedCallPicoUsd: bigint;
}

/** Known prices of one tier. An absent kind costs what the kind that holds it costs; without `output`, output is free. */
export type KnownRates = Readonly<Partial<Record<RateName, bigint>>> & { readonly input: bigint };

const TOKENS = 1_000_000n;
/** Google's search for a request of Gemini 2 (ai.google.dev/gemini-api/docs/pricing, 2026-09): 35 USD a thousand. */
const DEAREST_HOSTED_CALL = 35_000_000_000n;

/** Selects an entry of `DearestRates.input`. */
export function dearestInputIndex(audio: boolean, longCache: boolean): number {
  return (audio ? 1 : 0) + (longCache ? 2 : 0);
}

/** Makes a sheet, with all that costing needs worked out beforehand. `higherTiers` is ascending. */
export function buildPriceSheet(parts: {
  readonly version: string;
  readonly source: PriceSource;
  readonly base: KnownRates;
  readonly higherTiers?: readonly {
    readonly aboveInputTokens: number;
    readonly rates: KnownRates;
  }[];
  readonly perRequestPicoUsd?: bigint;
  readonly unmetered?: readonly string[];
  readonly perWebSearchPicoUsd?: bigint;
  readonly perHostedCallPicoUsd?: bigint;
}): PriceSheet {
  const base = buildTier(-1, parts.base, undefined);
  const higherTiers: PriceTier[] = [];
  for (const { aboveInputTokens, rates } of parts.higherTiers ?? []) {
    const below = (higherTiers.at(-1) ?? base).dearest;
    higherTiers.push(buildTier(aboveInputTokens, rates, below));
  }
  return Object.freeze({
    version: parts.version,
    source: parts.source,
    base,
    higherTiers,
    perRequestPicoUsd: parts.perRequestPicoUsd ?? 0n,
    unmetered: parts.unmetered ?? [],
    perWebSearchPicoUsd: parts.perWebSearchPicoUsd ?? 0n,
    perHostedCallPicoUsd: parts.perHostedCallPicoUsd ?? DEAREST_HOSTED_CALL,
  });
}

/** The tier that a call with so many input tokens (cached ones included) is charged in. */
export function tierFor(sheet: PriceSheet, inputTokens: number): PriceTier {
  let found = sheet.base;
  for (const tier of sheet.higherTiers) {
    if (inputTokens > tier.aboveInputTokens) found = tier;
  }
  return found;
}

function buildTier(
  aboveInputTokens: number,
  known: KnownRates,
  below: DearestRates | undefined,
): PriceTier {
  const rates = completeRates(known);
  return {
    aboveInputTokens,
    rates,
    tokenRates: tokenRates(rates),
    dearest: dearestRates(rates, below),
  };
}

function completeRates(rates: KnownRates): Rates {
  const { input, output = 0n } = rates;
  const cachedInput = rates.cachedInput ?? input;
  const cacheWrite = rates.cacheWrite ?? input;
  const inputAudio = rates.inputAudio ?? input;
  return {
    input,
    cachedInput,
    cacheWrite,
    cacheWrite1h: rates.cacheWrite1h ?? cacheWrite,
    inputAudio,
    cachedInputAudio: rates.cachedInputAudio ?? rates.cachedInput ?? inputAudio,
    output,
    reasoning: rates.reasoning ?? output,
    outputAudio: rates.outputAudio ?? output,
  };
}

function tokenRates(rates: Rates): TokenRates | undefined {
  const safe = (name: RateName): boolean =>
    rates[name] % TOKENS === 0n && rates[name] / TOKENS <= BigInt(Number.MAX_SAFE_INTEGER);
  if (!RATE_NAMES.every(safe)) return undefined;
  const one = (name: RateName): number => Number(rates[name] / TOKENS);
  return {
    input: one('input'),
    cachedInput: one('cachedInput'),
    cacheWrite: one('cacheWrite'),
    cacheWrite1h: one('cacheWrite1h'),
    inputAudio: one('inputAudio'),
    cachedInputAudio: one('cachedInputAudio'),
    output: one('output'),
    reasoning: one('reasoning'),
    outputAudio: one('outputAudio'),
  };
}

function dearestRates(rates: Rates, below: DearestRates | undefined): DearestRates {
  const text = dearest(rates.input, rates.cachedInput, rates.cacheWrite);
  const audio = dearest(text, rates.inputAudio, rates.cachedInputAudio);
  const own = [text, audio, dearest(text, rates.cacheWrite1h), dearest(audio, rates.cacheWrite1h)];
  const output = dearest(rates.output, rates.reasoning, below?.output ?? 0n);
  return {
    input: own.map((rate, index) => dearest(rate, below?.input[index] ?? 0n)),
    output,
    outputWithAudio: dearest(output, rates.outputAudio, below?.outputWithAudio ?? 0n),
  };
}

function dearest(...rates: readonly bigint[]): bigint {
  return rates.reduce((most, rate) => (rate > most ? rate : most), 0n);
}
