import { openaiChat, openaiEmbeddings, type RequestProfile } from '@tollgate/dialects';
import { priceFromOverride } from '@tollgate/pricing';
import { type ReservationTerms, reserve } from './reservation.ts';

const cheap = priceFromOverride({ inputPerMTok: '1', outputPerMTok: '2' });
const dear = priceFromOverride({ inputPerMTok: '10', outputPerMTok: '20', perRequest: '0.5' });
const candidate = { sheet: cheap, contextWindow: null, maxOutputTokens: null };
const terms = (changes: Partial<ReservationTerms> = {}): ReservationTerms => ({
  candidates: [candidate],
  hasCostQuota: true,
  needsOutputCap: true,
  defaultOutputCap: 100,
  ...changes,
});

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
    });
  });

  it('guarantees that no cap is set where nothing hard needs it', () => {
    expect(reserve(terms({ needsOutputCap: false }), profile()).outputCap).toBeNull();
  });
});
