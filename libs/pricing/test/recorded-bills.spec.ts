import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { costOf, findPrice } from '../src/index.ts';
import { type Bill, billOf, type Recording } from './recorded-usage.ts';

const FOLDER = path.resolve(__dirname, '../../../../shared/recordings');
const TOLERANCE = 0.01;

/** Models whose bill the catalogue does not meet, and why. OpenRouter routes each call to an upstream with its own price. */
const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {
  'deepseek/deepseek-r1':
    'billed at an upstream’s 0.70 / 2.50 USD a million tokens, the catalogue has another’s price',
  'moonshotai/kimi-k2.5':
    'upstreams differ in price from call to call, the catalogue has the cheapest',
  'perplexity/sonar': 'a fee of 0.005 USD for each search, which the catalogue lacks at OpenRouter',
  'qwen/qwen3-30b-a3b':
    'billed at an upstream’s 0.12 / 0.50 USD a million tokens, the catalogue has a cheaper one',
};

type Verdict = 'matched' | 'off' | 'unpriced' | 'beyond tokens';

interface Comparison {
  readonly model: string;
  readonly verdict: Verdict;
  /** Our cost divided by the bill. */
  readonly ratio: number;
}

function compare(provider: string, bill: Bill): Comparison {
  const { model } = bill;
  if (bill.isBeyondTokens) return { model, verdict: 'beyond tokens', ratio: Number.NaN };
  const sheet = findPrice(provider, model, bill.atMs ?? Date.parse('2026-11-20'));
  if (!sheet) return { model, verdict: 'unpriced', ratio: Number.NaN };
  const usd = Number(costOf(sheet, bill.usage).totalPicoUsd) / 1e12;
  const ratio = usd === bill.usd ? 1 : usd / bill.usd;
  return { model, verdict: Math.abs(ratio - 1) <= TOLERANCE ? 'matched' : 'off', ratio };
}

function comparisons(provider: string): readonly Comparison[] {
  return readFileSync(path.join(FOLDER, `${provider}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => billOf(JSON.parse(line) as Recording)) // written by one recorder, one shape
    .filter((bill) => bill !== undefined)
    .map((bill) => compare(provider, bill));
}

function table(byProvider: Readonly<Record<string, readonly Comparison[]>>): string {
  const lines: string[] = [];
  for (const [provider, all] of Object.entries(byProvider)) {
    const counts = (['matched', 'off', 'unpriced', 'beyond tokens'] as const).map(
      (verdict) => `${all.filter((one) => one.verdict === verdict).length} ${verdict}`,
    );
    lines.push(`${provider}: ${all.length} bills, ${counts.join(', ')}`);
    for (const verdict of ['off', 'unpriced'] as const) {
      for (const model of new Set(
        all.filter((one) => one.verdict === verdict).map((one) => one.model),
      )) {
        const ratios = all
          .filter((one) => one.model === model && one.verdict === 'off')
          .map((one) => one.ratio.toFixed(2));
        const what = verdict === 'off' ? `ours / bill ${ratios.join(' ')}: ` : '';
        lines.push(
          `  ${verdict}: ${model}: ${what}${KNOWN_DIFFERENCES[model] ?? 'no price in the catalogue'}`,
        );
      }
    }
  }
  return lines.join('\n');
}

const isThere = existsSync(FOLDER);
if (!isThere)
  process.stdout.write('Recorded bills are not compared: no recordings beside the checkout.\n');

(isThere ? describe : describe.skip)('recorded bills', () => {
  const byProvider: Record<string, readonly Comparison[]> = {};

  beforeAll(() => {
    for (const provider of ['openrouter', 'xai']) byProvider[provider] = comparisons(provider);
    process.stdout.write(`${table(byProvider)}\n`);
  });

  it('guarantees that every bill of xAI for tokens is met within 1 %, reasoning included', () => {
    const charged = (byProvider['xai'] ?? []).filter((one) => one.verdict === 'matched');
    expect(charged.length).toBeGreaterThan(50);
    expect((byProvider['xai'] ?? []).filter((one) => one.verdict === 'off')).toEqual([]);
  });

  it('guarantees that bills of OpenRouter are met within 1 %, but for upstreams with prices of their own', () => {
    const all = byProvider['openrouter'] ?? [];
    const off = new Set(all.filter((one) => one.verdict === 'off').map((one) => one.model));
    expect(all.filter((one) => one.verdict === 'matched').length).toBeGreaterThan(100);
    expect([...off].sort()).toEqual(Object.keys(KNOWN_DIFFERENCES));
  });
});
