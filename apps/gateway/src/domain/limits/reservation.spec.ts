import type { QuotaDefinition } from '@tollgate/contracts';
import {
  anthropicMessages,
  openaiChat,
  openaiEmbeddings,
  openaiImages,
  type RequestProfile,
} from '@tollgate/dialects';
import { findPrice, priceFromOverride } from '@tollgate/pricing';
import {
  findUnbounded,
  type ReservationTerms,
  reservationTerms,
  reserve,
  shrink,
} from './reservation.ts';

const cheap = priceFromOverride({ inputPerMTok: '1', outputPerMTok: '2' });
const dear = priceFromOverride({ inputPerMTok: '10', outputPerMTok: '20', perRequest: '0.5' });
const candidate = {
  sheet: cheap,
  contextWindow: null,
  maxOutputTokens: null,
  ownPromptTokens: 0,
};
const terms = (changes: Partial<ReservationTerms> = {}): ReservationTerms => ({
  candidates: [candidate],
  hasCostQuota: true,
  needsPrice: true,
  needsOutputCap: true,
  defaultOutputCap: 100,
  ...changes,
});

const PLANNED = {
  aiProviderId: 'aip_1',
  connectionName: 'c',
  priority: 1,
  weight: 1,
  priceOverride: null,
  price: null,
  contextWindow: null,
  maxOutputTokens: null,
  reason: '',
};

const QUOTA: QuotaDefinition = {
  quotaId: 'quo_1',
  scope: 'key',
  scopeId: 'key_1',
  metric: 'cost',
  window: 'month',
  limit: '1',
  currency: 'USD',
  usdPerUnit: '1',
  timezone: 'UTC',
  hard: true,
  alertPct: [],
};

function search(limits: object): RequestProfile {
  const tools = [{ type: 'web_search_20250305', name: 'web_search', ...limits }];
  const body = { messages: [{ role: 'user', content: 'hi' }], max_tokens: 9, tools };
  const parsed = anthropicMessages.parse(Buffer.from(JSON.stringify(body)));
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value.profile;
}

function profile(body: object = {}): RequestProfile {
  const parsed = openaiChat.parse(
    Buffer.from(JSON.stringify({ messages: [{ role: 'user', content: 'hi' }], ...body })),
  );
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value.profile;
}

describe('reserve', () => {
  it('guarantees room for the whole input and the capped output', () => {
    const one = profile();
    const input = one.inputTokensBound;
    expect(reserve(terms(), one)).toEqual({
      amounts: {
        tokens: input + 100,
        requests: 1,
        costPicoUsd: BigInt(input) * 1_000_000n + 200_000_000n,
      },
      outputCap: 100,
      inputTokens: input,
      outputTokens: 100,
    });
  });

  it('guarantees the dearest candidate’s price', () => {
    const one = profile({ max_tokens: 7 });
    const both = terms({ candidates: [candidate, { ...candidate, sheet: dear }] });
    const { amounts, outputCap } = reserve(both, one);
    expect(amounts.costPicoUsd).toBe(
      BigInt(one.inputTokensBound) * 10_000_000n + 7n * 20_000_000n + 500_000_000_000n,
    );
    expect(outputCap).toBeNull();
  });

  it('guarantees that n answers are reserved for, and that no model gives more than it can', () => {
    const small = terms({ candidates: [{ ...candidate, maxOutputTokens: 5, contextWindow: 20 }] });
    expect(reserve(small, profile({ max_tokens: 1_000_000, n: 3 })).amounts.tokens).toBe(20 + 15);
  });

  it('guarantees room for a whole batch of embeddings, and for no output', () => {
    const body = { input: Array.from({ length: 50 }, () => 'a text of some length') };
    const parsed = openaiEmbeddings.parse(Buffer.from(JSON.stringify(body)));
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const { inputTokensBound } = parsed.value.profile;
    const windowed = terms({ candidates: [{ ...candidate, contextWindow: 20 }] });
    expect(reserve(windowed, parsed.value.profile)).toEqual({
      amounts: {
        tokens: inputTokensBound,
        requests: 1,
        costPicoUsd: BigInt(inputTokensBound) * 1_000_000n,
      },
      outputCap: null,
      inputTokens: inputTokensBound,
      outputTokens: 0,
    });
  });

  it('guarantees that no cap is set where nothing hard needs it', () => {
    expect(reserve(terms({ needsOutputCap: false }), profile()).outputCap).toBeNull();
  });

  it('guarantees room for what no cap bounds, and claims no cap for it', () => {
    const parsed = openaiImages.parse(Buffer.from('{"prompt":"a cat","n":2}'));
    if (!parsed.ok) throw new Error(parsed.failure.message);
    const { outputCap, outputTokens } = reserve(terms(), parsed.value.profile);
    expect({ outputCap, outputTokens }).toEqual({ outputCap: null, outputTokens: 2 * 16_384 });
  });

  it('guarantees room for the prompt that a provider puts before each request', () => {
    const own = (provider: 'xai' | 'openai', model: string) => {
      const target = { ...PLANNED, provider, model };
      return reserve(
        reservationTerms({ quotas: [] }, { candidates: [target] }, () => cheap, 100),
        profile(),
      ).inputTokens;
    };
    expect(own('xai', 'grok-4') - own('openai', 'gpt-4o')).toBe(512);
  });

  it('guarantees a window for each run of a tool at the provider, and the fees', () => {
    const searching = search({ max_uses: 2 });
    const windowed = terms({ candidates: [{ ...candidate, contextWindow: 1_000 }] });
    const { amounts, inputTokens } = reserve(windowed, searching);
    expect(inputTokens).toBe(3_000);
    const fees = 2n * cheap.perHostedCallPicoUsd;
    expect(amounts.costPicoUsd).toBe(3_000n * 1_000_000n + 9n * 2_000_000n + fees);
    expect(findUnbounded(windowed, searching)).toBeNull();
  });
});

describe('findUnbounded', () => {
  it('refuses under a hard budget what nothing bounds, and says what would', () => {
    const windowed = terms({ candidates: [{ ...candidate, contextWindow: 1_000 }] });
    expect(findUnbounded(windowed, search({}))).toMatchObject({
      code: 'budget.exceeded',
      message: expect.stringContaining('max_uses'),
    });
    expect(findUnbounded(terms(), search({ max_uses: 1 }))).toMatchObject({
      code: 'budget.exceeded',
      message: expect.stringContaining('context window'),
    });
    expect(findUnbounded({ ...windowed, needsOutputCap: false }, search({}))).toBeNull();
    expect(findUnbounded(terms(), profile())).toBeNull();
  });

  it('refuses under a hard budget what costs more than the catalogue says', () => {
    const sheet = findPrice('openai', 'gpt-4o-mini', Date.parse('2026-11-20'));
    const listed = terms({ candidates: [{ ...candidate, sheet }] });
    const soon = profile({ service_tier: 'priority' });
    expect(findUnbounded(listed, soon)).toMatchObject({
      code: 'budget.unpriced',
      param: 'service_tier',
    });
    expect(findUnbounded({ ...listed, needsPrice: false }, soon)).toBeNull();
    expect(findUnbounded(listed, profile({ service_tier: 'flex' }))).toBeNull();
    // The operator's own price is what a call costs.
    expect(findUnbounded(terms(), soon)).toBeNull();
  });
});

describe('shrink', () => {
  const one = profile();
  const whole = reserve(terms(), one);
  const cost = (remaining: bigint) => ({ metric: 'cost' as const, remaining: String(remaining) });

  it('gives the longest answer that is covered, to the last token', () => {
    const left = whole.amounts.costPicoUsd - 25n * 2_000_000n - 1n;
    const shorter = shrink(terms(), one, whole, cost(left), 10);
    expect(shorter).toEqual(reserve(terms(), one, 74));
    expect(shorter?.outputCap).toBe(74);
    const tokens = { metric: 'tokens' as const, remaining: String(whole.amounts.tokens - 1) };
    expect(shrink(terms(), one, whole, tokens, 10)?.outputCap).toBe(99);
  });

  it('gives none below the smallest useful answer, eight times as much with reasoning', () => {
    const smallest = reserve(terms(), one, 10).amounts.costPicoUsd;
    expect(shrink(terms(), one, whole, cost(smallest), 10)?.outputCap).toBe(10);
    expect(shrink(terms(), one, whole, cost(smallest - 1n), 10)).toBeNull();
    const thinking = profile({ reasoning_effort: 'low' });
    const before = reserve(terms(), thinking);
    const left = cost(reserve(terms(), thinking, 80).amounts.costPicoUsd);
    expect(shrink(terms(), thinking, before, left, 10)?.outputCap).toBe(80);
    expect(shrink(terms(), thinking, before, left, 11)).toBeNull();
  });

  it("leaves a caller's own cap, and counts of requests, as they are", () => {
    const capped = profile({ max_tokens: 50 });
    expect(shrink(terms(), capped, reserve(terms(), capped), cost(1n), 1)).toBeNull();
    expect(shrink(terms(), one, whole, { metric: 'requests', remaining: '0' }, 1)).toBeNull();
  });
});

describe('reservationTerms', () => {
  const quota = (changes: Partial<QuotaDefinition>) =>
    reservationTerms({ quotas: [{ ...QUOTA, ...changes }] }, { candidates: [] }, () => cheap, 100)
      .needsOutputCap;

  it('bounds the answer for hard quotas on money and tokens alone', () => {
    expect([quota({}), quota({ metric: 'tokens' })]).toEqual([true, true]);
    expect([quota({ metric: 'requests' }), quota({ hard: false })]).toEqual([false, false]);
  });
});
