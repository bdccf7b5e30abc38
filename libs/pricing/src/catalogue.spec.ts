import { readFileSync } from 'node:fs';
import path from 'node:path';
import { calcPrice, findProvider, type Usage } from '@pydantic/genai-prices';
import { NO_USAGE, PROVIDER_SLUGS, type TokenUsage } from '@tollgate/contracts';
import { catalogueVersion, findPrice, knownModels } from './catalogue.ts';
import { catalogueIdOf } from './catalogue-names.ts';
import { costOf } from './cost.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');

const USAGE: TokenUsage = {
  inputTokens: 300_000,
  cachedInputTokens: 1_000,
  cacheWriteTokens: 0,
  cacheWrite1hTokens: 0,
  inputAudioTokens: 0,
  outputTokens: 5_000,
  reasoningTokens: 100,
  outputAudioTokens: 0,
};

/** What the package itself makes of the usage, in USD as a float. */
function packagePrice(
  provider: string,
  model: string,
  usage: TokenUsage,
  atMs: number,
): number | undefined {
  const providerId = catalogueIdOf(provider);
  if (!providerId) return undefined;
  const own: Usage = {
    input_tokens: usage.inputTokens,
    cache_read_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    output_reasoning_tokens: usage.reasoningTokens,
  };
  return calcPrice(own, model, { providerId, timestamp: new Date(atMs) })?.total_price;
}

describe('the catalogue', () => {
  it('guarantees that the version in records is the one installed', () => {
    const folder = path.resolve(path.dirname(require.resolve('@pydantic/genai-prices')), '..');
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    expect(catalogueVersion).toBe(`genai-prices@${version}`);
  });

  it('guarantees the prices of a well-known model, to the pico-USD', () => {
    const sheet = findPrice('openai', 'gpt-4o-mini', NOW);
    expect(sheet?.base.tokenRates).toMatchObject({
      input: 150_000,
      cachedInput: 75_000,
      output: 600_000,
    });
    expect(sheet).toMatchObject({ source: 'catalogue', version: catalogueVersion });
  });

  it.each(PROVIDER_SLUGS.filter(catalogueIdOf))(
    'guarantees that every model of %s costs what the package says, or is unpriced',
    (provider) => {
      let priced = 0;
      for (const model of knownModels(provider)) {
        const sheet = findPrice(provider, model, NOW);
        if (!sheet) continue;
        priced += 1;
        const usd = Number(costOf(sheet, USAGE).totalPicoUsd) / 1e12;
        expect([model, usd]).toEqual([
          model,
          expect.closeTo(packagePrice(provider, model, USAGE, NOW) ?? Number.NaN, 9),
        ]);
      }
      expect(priced).toBeGreaterThan(5);
    },
  );

  it.each([
    ['openai', 'gpt-4o-mini-2024-07-18', 'openai', 'gpt-4o-mini'],
    ['azure', 'gpt-4o-mini-2024-07-18', 'openai', 'gpt-4o-mini'],
    ['google', 'models/gemini-2.5-flash', 'google', 'gemini-2.5-flash'],
    ['google', 'publishers/google/models/gemini-2.5-flash', 'google', 'gemini-2.5-flash'],
    [
      'google',
      'projects/p/locations/l/publishers/google/models/gemini-2.5-pro',
      'google',
      'gemini-2.5-pro',
    ],
    ['openrouter', 'openai/gpt-4o-2024-08-06', 'openrouter', 'openai/gpt-4o'],
    [
      'bedrock',
      'arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'bedrock',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
  ])('guarantees that %s %s has the price of %s %s', (provider, model, sameProvider, sameModel) => {
    const sheet = findPrice(provider, model, NOW);
    expect(sheet).toBeDefined();
    expect(sheet?.base.rates).toEqual(findPrice(sameProvider, sameModel, NOW)?.base.rates);
  });

  it.each([
    ['ollama', 'llama3.3'],
    ['gateway', 'gpt-4o'],
    ['custom', 'gpt-4o'],
    ['nobody', 'gpt-4o'],
    ['__proto__', 'gpt-4o'],
    ['openai', 'gpt-99'],
    ['openai', ''],
    ['openai', 'x'.repeat(100_000)],
    ['azure', 'my-deployment'],
    // Sold by the hour, page, clip, or with images dearer than the text that counts as the same tokens.
    ['openai', 'whisper-1'],
    ['mistral', 'mistral-ocr-latest'],
    ['openrouter', 'google/lyria-3-pro-preview'],
    ['google', 'gemini-2.5-flash-image'],
    // Web search or another upstream's price comes on top.
    ['openrouter', 'openai/gpt-4o-mini:online'],
  ])('guarantees that %s %.40s has no price rather than a wrong one', (provider, model) => {
    expect(findPrice(provider, model, NOW)).toBeUndefined();
  });

  it.each([
    ['openrouter', 'meta-llama/llama-3.3-70b-instruct:free'],
    ['openai', 'omni-moderation-latest'],
    ['google', 'gemma-3-27b-it'],
  ])('guarantees that %s %s, which its vendor gives away, costs nothing', (provider, model) => {
    const sheet = findPrice(provider, model, NOW);
    expect(sheet && costOf(sheet, USAGE).totalPicoUsd).toBe(0n);
  });

  it.each([
    ['openai', 'o3', '2025-06-09T23:59:59Z', 10],
    ['openai', 'o3', '2025-06-10T00:00:00Z', 2],
    ['deepseek', 'deepseek-v4-pro', '2026-11-20T00:59:59Z', 0.66],
    ['deepseek', 'deepseek-v4-pro', '2026-11-20T01:00:00Z', 1.32],
    ['deepseek', 'deepseek-v4-pro', '2026-11-20T04:00:00Z', 0.66],
  ])('guarantees that %s %s has the price of %s', (provider, model, at, usdPerMTok) => {
    const sheet = findPrice(provider, model, Date.parse(at));
    expect(Number(sheet?.base.rates.input) / 1e12).toBe(usdPerMTok);
  });

  it('guarantees that dated and daily prices change when the package says so', () => {
    const start = Date.parse('2025-01-01T00:17:00Z');
    const provider = findProvider({ providerId: 'deepseek' });
    const models = provider?.models.filter((model) => Array.isArray(model.prices)) ?? [];
    expect(models.length).toBeGreaterThan(0);
    for (const { id } of models) {
      for (let hour = 0; hour < 24 * 700; hour += 7) {
        const at = start + hour * 3_600_000;
        const sheet = findPrice('deepseek', id, at);
        const usd = sheet && Number(costOf(sheet, USAGE).totalPicoUsd) / 1e12;
        expect(usd).toBeCloseTo(packagePrice('deepseek', id, USAGE, at) ?? Number.NaN, 9);
      }
    }
  });

  it('guarantees that a price by input size applies from the size at which the package applies it', () => {
    for (const inputTokens of [1, 271_999, 272_000, 272_001, 900_000]) {
      const usage = { ...NO_USAGE, inputTokens, outputTokens: 10 };
      const sheet = findPrice('openai', 'gpt-5.4', NOW);
      expect(sheet && Number(costOf(sheet, usage).totalPicoUsd) / 1e12).toBeCloseTo(
        packagePrice('openai', 'gpt-5.4', usage, NOW) ?? Number.NaN,
        9,
      );
    }
  });

  it('guarantees that what tokens do not show is named', () => {
    expect(findPrice('openai', 'gpt-4o', NOW)?.unmetered).toContain('web_searches_kcount');
  });

  it('guarantees that no list is given for a provider without prices', () => {
    expect(knownModels('ollama')).toEqual([]);
    expect(knownModels('anthropic')).toContain('claude-sonnet-4-5');
  });
});
