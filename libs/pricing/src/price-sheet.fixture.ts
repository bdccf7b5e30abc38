import type { TokenUsage } from '@tollgate/contracts';
import fc from 'fast-check';
import { buildPriceSheet, type PriceSheet, RATE_NAMES, type RateName } from './price-sheet.ts';

/** Up to 1,000 USD a million tokens: whole pico-USD a token. */
const wholeRate = fc.bigInt(0n, 1_000_000_000n).map((picoUsd) => picoUsd * 1_000_000n);
/** The same, or with digits below that. */
const rate = fc.oneof(wholeRate, fc.bigInt(0n, 1_000_000_000_000_000n));

/** Sheets of whole rates alone are frequent: plain numbers serve those, and mixed ones hardly ever. */
const rates = fc.oneof(ratesOf(wholeRate), ratesOf(rate));

function ratesOf(each: fc.Arbitrary<bigint>) {
  return fc
    .record(
      Object.fromEntries(RATE_NAMES.map((name) => [name, each])) as Record<RateName, typeof each>, // every name was mapped
      { requiredKeys: ['input'] },
    )
    .map((known) => ({ ...known, input: known.input }));
}

/** Any sheet of up to three tiers, in any order of price. */
export const anySheet: fc.Arbitrary<PriceSheet> = fc
  .record({
    base: rates,
    tiers: fc.uniqueArray(fc.record({ aboveInputTokens: fc.nat(100_000), rates }), {
      maxLength: 2,
      selector: (tier) => tier.aboveInputTokens,
    }),
    perRequestPicoUsd: fc.oneof(fc.constant(0n), fc.bigInt(0n, 10n ** 12n)),
  })
  .map(({ base, tiers, perRequestPicoUsd }) =>
    buildPriceSheet({
      version: 'test',
      source: 'catalogue',
      base,
      higherTiers: [...tiers].sort((a, b) => a.aboveInputTokens - b.aboveInputTokens),
      perRequestPicoUsd,
    }),
  );

/** A sheet without tiers. */
export const flatSheet: fc.Arbitrary<PriceSheet> = rates.map((base) =>
  buildPriceSheet({ version: 'test', source: 'catalogue', base }),
);

/** Tokens of each kind that a call used, none counted twice. */
export interface DisjointUsage {
  readonly text: number;
  readonly cached: number;
  readonly write: number;
  readonly write1h: number;
  readonly audio: number;
  readonly answer: number;
  readonly reasoning: number;
  readonly spoken: number;
}

const count = fc.oneof(fc.nat(5), fc.nat(200_000), fc.nat(2_000_000_000));

export const disjointUsage: fc.Arbitrary<DisjointUsage> = fc.record({
  text: count,
  cached: count,
  write: count,
  write1h: count,
  audio: count,
  answer: count,
  reasoning: count,
  spoken: count,
});

/** The usage as a provider would report it: parts contained in their totals. */
export function reported(usage: DisjointUsage): TokenUsage {
  const { text, cached, write, write1h, audio, answer, reasoning, spoken } = usage;
  return {
    inputTokens: text + cached + write + write1h + audio,
    cachedInputTokens: cached,
    cacheWriteTokens: write + write1h,
    cacheWrite1hTokens: write1h,
    inputAudioTokens: audio,
    outputTokens: answer + reasoning + spoken,
    reasoningTokens: reasoning,
    outputAudioTokens: spoken,
  };
}

/** Any usage whose parts fit into their totals, with cached audio counted as cached and as audio. */
export const anyUsage: fc.Arbitrary<TokenUsage> = fc
  .tuple(disjointUsage, count)
  .map(([usage, cachedAudio]) => {
    const all = reported(usage);
    return {
      ...all,
      inputTokens: all.inputTokens + cachedAudio,
      cachedInputTokens: all.cachedInputTokens + cachedAudio,
      inputAudioTokens: all.inputAudioTokens + cachedAudio,
    };
  });
