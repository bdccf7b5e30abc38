import type { TokenUsage } from '@tollgate/contracts';
import { ceilDivide } from './decimal-price.ts';
import {
  dearestInputIndex,
  type PriceSheet,
  type RateName,
  type Rates,
  type TokenRates,
  tierFor,
} from './price-sheet.ts';
import { type TokenCounts, takeApart } from './token-counts.ts';

/** Pico-USD by what they were charged for. Together they are the total, to the last one. */
export interface CostParts {
  readonly input: bigint;
  readonly cachedInput: bigint;
  /** Writes to either cache, of minutes or of an hour. */
  readonly cacheWrite: bigint;
  /** Cached audio included. */
  readonly inputAudio: bigint;
  readonly output: bigint;
  readonly reasoning: bigint;
  readonly outputAudio: bigint;
  /** For the call as such, and for searches of the web. */
  readonly request: bigint;
}

export interface Cost {
  readonly totalPicoUsd: bigint;
  readonly parts: CostParts;
}

/** What a reservation may leave out because the request cannot cause it. */
export interface UpperBoundOptions {
  /** The request carries audio or asks for it. Default: false. */
  readonly audio?: boolean;
  /** The request may ask for a cache that lasts an hour. Default: true. */
  readonly longCache?: boolean;
  /** How often the provider may run tools of its own, each for a fee. Default: never. */
  readonly hostedToolCalls?: number;
}

const TOKENS = 1_000_000n;

/**
 * The exact cost of `usage`, in pico-USD, rounded up once over the whole sum.
 * @throws RangeError when a count is no number: usage is validated where it is decoded.
 */
export function costOf(sheet: PriceSheet, usage: TokenUsage): Cost {
  const tier = tierFor(sheet, usage.inputTokens);
  const counts = takeApart(usage);
  const narrow = tier.tokenRates && narrowCost(sheet, tier.tokenRates, counts);
  const cost = narrow ?? wideCost(sheet, tier.rates, counts);
  return usage.webSearches ? withSearches(cost, sheet, usage.webSearches) : cost;
}

function withSearches({ totalPicoUsd, parts }: Cost, sheet: PriceSheet, searches: number): Cost {
  const fees = BigInt(searches) * sheet.perWebSearchPicoUsd;
  return { totalPicoUsd: totalPicoUsd + fees, parts: { ...parts, request: parts.request + fees } };
}

/**
 * The most that a call with at most so many tokens can cost, in pico-USD: every token at the dearest price it can have
 * (cache writes, reasoning) in the dearest tier within reach. Holds for any usage within the bound.
 * @throws RangeError when a count is no whole number.
 */
export function upperBoundCost(
  sheet: PriceSheet,
  inputTokens: number,
  outputTokens: number,
  options?: UpperBoundOptions,
): bigint {
  const { dearest } = tierFor(sheet, inputTokens);
  const audio = options?.audio ?? false;
  const input = dearest.input[dearestInputIndex(audio, options?.longCache ?? true)] ?? 0n;
  const output = audio ? dearest.outputWithAudio : dearest.output;
  const sum = BigInt(inputTokens) * input + BigInt(outputTokens) * output;
  const fees = BigInt(options?.hostedToolCalls ?? 0) * sheet.perHostedCallPicoUsd;
  return ceilDivide(sum, TOKENS) + sheet.perRequestPicoUsd + fees;
}

/** The four parts that a request record holds: audio stands with its side, the price of the call as such with input. */
export function recordedParts(
  parts: CostParts,
): Readonly<Record<'input' | 'cachedInput' | 'cacheWrite' | 'output', bigint>> {
  return {
    input: parts.input + parts.inputAudio + parts.request,
    cachedInput: parts.cachedInput,
    cacheWrite: parts.cacheWrite,
    output: parts.output + parts.reasoning + parts.outputAudio,
  };
}

/**
 * Costs in plain numbers, about four times faster; undefined where that might not be exact. Nothing here is negative and
 * rounding never takes a value from above 2^53 to below it, so a safe sum proves every product and partial sum exact.
 */
export function narrowCost(
  sheet: PriceSheet,
  rates: TokenRates,
  counts: TokenCounts,
): Cost | undefined {
  const input = counts.input * rates.input;
  const cachedInput = counts.cachedInput * rates.cachedInput;
  const cacheWrite =
    counts.cacheWrite * rates.cacheWrite + counts.cacheWrite1h * rates.cacheWrite1h;
  const inputAudio =
    counts.inputAudio * rates.inputAudio + counts.cachedInputAudio * rates.cachedInputAudio;
  const output = counts.output * rates.output;
  const reasoning = counts.reasoning * rates.reasoning;
  const outputAudio = counts.outputAudio * rates.outputAudio;
  const sum = input + cachedInput + cacheWrite + inputAudio + output + reasoning + outputAudio;
  if (!Number.isSafeInteger(sum)) return undefined;
  return {
    totalPicoUsd: BigInt(sum) + sheet.perRequestPicoUsd,
    parts: {
      input: whole(input),
      cachedInput: whole(cachedInput),
      cacheWrite: whole(cacheWrite),
      inputAudio: whole(inputAudio),
      output: whole(output),
      reasoning: whole(reasoning),
      outputAudio: whole(outputAudio),
      request: sheet.perRequestPicoUsd,
    },
  };
}

function whole(picoUsd: number): bigint {
  return picoUsd === 0 ? 0n : BigInt(picoUsd);
}

/**
 * Costs in big integers, from the prices for a million tokens: exact for any size and any price. A part is what it adds
 * to the running sum rounded up, so that the parts make up the total.
 */
export function wideCost(sheet: PriceSheet, rates: Rates, counts: TokenCounts): Cost {
  let sum = 0n;
  let charged = 0n;
  const add = (first: RateName, second?: RateName): bigint => {
    sum += BigInt(counts[first]) * rates[first];
    if (second) sum += BigInt(counts[second]) * rates[second];
    const before = charged;
    charged = ceilDivide(sum, TOKENS);
    return charged - before;
  };
  const parts: CostParts = {
    input: add('input'),
    cachedInput: add('cachedInput'),
    cacheWrite: add('cacheWrite', 'cacheWrite1h'),
    inputAudio: add('inputAudio', 'cachedInputAudio'),
    output: add('output'),
    reasoning: add('reasoning'),
    outputAudio: add('outputAudio'),
    request: sheet.perRequestPicoUsd,
  };
  return { totalPicoUsd: charged + sheet.perRequestPicoUsd, parts };
}
