import { addUsage, NO_USAGE, type TokenUsage } from '@tollgate/contracts';
import fc from 'fast-check';
import { findPrice } from './catalogue.ts';
import { type Cost, costOf, narrowCost, recordedParts, upperBoundCost, wideCost } from './cost.ts';
import { priceFromOverride } from './override-price.ts';
import {
  anySheet,
  anyUsage,
  type DisjointUsage,
  disjointUsage,
  flatSheet,
  reported,
} from './price-sheet.fixture.ts';
import { buildPriceSheet, tierFor } from './price-sheet.ts';
import { takeApart } from './token-counts.ts';

const perMTok = (usd: number): bigint => BigInt(usd) * 10n ** 12n;

const sheet = buildPriceSheet({
  version: 'test',
  source: 'catalogue',
  base: {
    input: perMTok(10),
    cachedInput: perMTok(1),
    cacheWrite: perMTok(12),
    cacheWrite1h: perMTok(20),
    inputAudio: perMTok(30),
    cachedInputAudio: perMTok(3),
    output: perMTok(50),
    reasoning: perMTok(40),
    outputAudio: perMTok(80),
  },
  higherTiers: [{ aboveInputTokens: 1_000, rates: { input: perMTok(20), output: perMTok(100) } }],
  perRequestPicoUsd: 7n,
});

const used = (parts: Partial<TokenUsage>): TokenUsage => ({ ...NO_USAGE, ...parts });
const sum = (parts: Readonly<Record<string, bigint>>): bigint =>
  Object.values(parts).reduce((total, part) => total + part, 0n);

describe('the cost of a usage', () => {
  it('guarantees that each token is charged once, at the price of its kind', () => {
    const usage = used({
      inputTokens: 1_000,
      cachedInputTokens: 100,
      cacheWriteTokens: 60,
      cacheWrite1hTokens: 20,
      inputAudioTokens: 10,
      outputTokens: 200,
      reasoningTokens: 50,
      outputAudioTokens: 30,
    });
    const dollar = 1_000_000n;
    const parts = {
      input: 830n * 10n * dollar,
      cachedInput: 100n * dollar,
      cacheWrite: (40n * 12n + 20n * 20n) * dollar,
      inputAudio: 10n * 30n * dollar,
      output: 120n * 50n * dollar,
      reasoning: 50n * 40n * dollar,
      outputAudio: 30n * 80n * dollar,
      request: 7n,
    };
    expect(costOf(sheet, usage)).toEqual({ totalPicoUsd: sum(parts), parts });
  });

  it('guarantees that the tier is chosen by the whole input and holds for all tokens of the call', () => {
    const below = used({ inputTokens: 1_000, cachedInputTokens: 999, outputTokens: 1 });
    const above = { ...below, inputTokens: 1_001 };
    expect(costOf(sheet, below).totalPicoUsd).toBe((10n + 999n + 50n) * 1_000_000n + 7n);
    expect(costOf(sheet, above).totalPicoUsd).toBe((1_001n * 20n + 100n) * 1_000_000n + 7n);
  });

  it('guarantees that a fraction of a pico-USD is rounded up once, over the whole sum', () => {
    const odd = priceFromOverride({ inputPerMTok: '0.0000001', outputPerMTok: '0.0000001' });
    const usage = used({ inputTokens: 11, outputTokens: 8 });
    expect(costOf(odd, usage)).toMatchObject({
      totalPicoUsd: 2n,
      parts: { input: 2n, output: 0n },
    });
  });

  it('guarantees that a count which is no number is refused, not charged as zero', () => {
    expect(() => costOf(sheet, used({ inputTokens: Number.NaN }))).toThrow(RangeError);
  });

  it('guarantees that parts, and the parts of a record, make up the total', () => {
    fc.assert(
      fc.property(anySheet, anyUsage, (prices, usage) => {
        const { totalPicoUsd, parts } = costOf(prices, usage);
        expect(sum({ ...parts })).toBe(totalPicoUsd);
        expect(sum(recordedParts(parts))).toBe(totalPicoUsd);
      }),
    );
  });

  it('guarantees exactness: the total is the true sum of count × price, rounded up', () => {
    fc.assert(
      fc.property(anySheet, anyUsage, (prices, usage) => {
        const { rates } = tierFor(prices, usage.inputTokens);
        const counts = takeApart(usage);
        let exact = 0n;
        for (const [name, rate] of Object.entries(rates)) {
          exact += BigInt(counts[name as keyof typeof counts]) * rate; // both have exactly these keys
        }
        const over =
          (costOf(prices, usage).totalPicoUsd - prices.perRequestPicoUsd) * 1_000_000n - exact;
        expect(over >= 0n && over < 1_000_000n).toBe(true);
      }),
    );
  });

  it('guarantees that plain numbers give what big integers give, or step aside', () => {
    let compared = 0;
    fc.assert(
      fc.property(anySheet, anyUsage, (prices, usage) => {
        const tier = tierFor(prices, usage.inputTokens);
        const counts = takeApart(usage);
        const narrow = tier.tokenRates && narrowCost(prices, tier.tokenRates, counts);
        if (!narrow) return;
        compared += 1;
        expect(narrow).toEqual<Cost>(wideCost(prices, tier.rates, counts));
      }),
      { numRuns: 2_000 },
    );
    expect(compared).toBeGreaterThan(0);
  });

  it('guarantees exactness on both sides of 2^53', () => {
    const dear = priceFromOverride({ inputPerMTok: '9007199254.740991', outputPerMTok: '0' });
    expect(costOf(dear, used({ inputTokens: 1 })).totalPicoUsd).toBe(2n ** 53n - 1n);
    expect(costOf(dear, used({ inputTokens: 3 })).totalPicoUsd).toBe(3n * (2n ** 53n - 1n));
  });

  it('guarantees that more tokens of any kind never cost less, within a tier', () => {
    const kind = fc.constantFrom<keyof DisjointUsage>(
      'text',
      'cached',
      'write',
      'write1h',
      'audio',
      'answer',
      'reasoning',
      'spoken',
    );
    fc.assert(
      fc.property(
        flatSheet,
        disjointUsage,
        kind,
        fc.nat(1_000_000),
        (prices, usage, name, more) => {
          const before = costOf(prices, reported(usage)).totalPicoUsd;
          const after = costOf(
            prices,
            reported({ ...usage, [name]: usage[name] + more }),
          ).totalPicoUsd;
          expect(after >= before).toBe(true);
        },
      ),
    );
  });

  it('guarantees that two usages cost together what they cost apart, but for rounding', () => {
    fc.assert(
      fc.property(flatSheet, disjointUsage, disjointUsage, (prices, first, second) => {
        const [a, b] = [reported(first), reported(second)];
        const apart = costOf(prices, a).totalPicoUsd + costOf(prices, b).totalPicoUsd;
        const together = costOf(prices, addUsage(a, b)).totalPicoUsd;
        const saved = apart - together;
        expect(saved === 0n || (saved === 1n && prices.base.tokenRates === undefined)).toBe(true);
      }),
    );
  });
});

describe('the upper bound of a cost', () => {
  it('guarantees that no usage within the bound costs more', () => {
    fc.assert(
      fc.property(
        anySheet,
        anyUsage,
        fc.nat(1_000),
        fc.nat(1_000),
        (prices, usage, spare, room) => {
          const bound = upperBoundCost(
            prices,
            usage.inputTokens + spare,
            usage.outputTokens + room,
            {
              audio: true,
            },
          );
          expect(bound >= costOf(prices, usage).totalPicoUsd).toBe(true);
        },
      ),
    );
  });

  it('guarantees the same without audio, and without a cache of an hour, for usage that has none', () => {
    fc.assert(
      fc.property(anySheet, disjointUsage, fc.boolean(), (prices, usage, longCache) => {
        const plain = { ...usage, audio: 0, spoken: 0, write1h: longCache ? usage.write1h : 0 };
        const { inputTokens, outputTokens } = reported(plain);
        const bound = upperBoundCost(prices, inputTokens, outputTokens, { longCache });
        expect(bound >= costOf(prices, reported(plain)).totalPicoUsd).toBe(true);
      }),
    );
  });

  it('guarantees that the bound is what the dearest reading costs, and no more', () => {
    const dollar = 1_000_000n;
    expect(upperBoundCost(sheet, 100, 10)).toBe((100n * 20n + 10n * 50n) * dollar + 7n);
    expect(upperBoundCost(sheet, 100, 10, { longCache: false })).toBe(
      (100n * 12n + 10n * 50n) * dollar + 7n,
    );
    expect(upperBoundCost(sheet, 100, 10, { audio: true })).toBe(
      (100n * 30n + 10n * 80n) * dollar + 7n,
    );
  });

  it('guarantees that searches of the web are charged, and within the bound', () => {
    const claude = findPrice('anthropic', 'claude-sonnet-4-5', Date.parse('2026-11-01'));
    if (!claude) throw new Error('a price');
    const usage = used({ inputTokens: 9, outputTokens: 9 });
    const [plain, searched] = [costOf(claude, usage), costOf(claude, { ...usage, webSearches: 3 })];
    expect(searched.totalPicoUsd - plain.totalPicoUsd).toBe(30_000_000_000n);
    expect(searched.parts.request - plain.parts.request).toBe(30_000_000_000n);
    const bound = upperBoundCost(claude, 9, 9, { hostedToolCalls: 3 });
    expect(bound >= searched.totalPicoUsd).toBe(true);
    const own = priceFromOverride({ inputPerMTok: '1', outputPerMTok: '1' });
    expect(costOf(own, { ...usage, webSearches: 3 })).toEqual(costOf(own, usage));
  });

  it('guarantees room for the fees of tools that the provider runs', () => {
    const claude = findPrice('anthropic', 'claude-sonnet-4-5', Date.parse('2026-11-01'));
    if (!claude) throw new Error('a price');
    const fees =
      upperBoundCost(claude, 9, 9, { hostedToolCalls: 3 }) - upperBoundCost(claude, 9, 9);
    expect(fees).toBe(30_000_000_000n);
    const unknown = priceFromOverride({ inputPerMTok: '1', outputPerMTok: '1' });
    expect(upperBoundCost(unknown, 0, 0, { hostedToolCalls: 2 })).toBe(70_000_000_000n);
  });
});
