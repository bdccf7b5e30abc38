import type { QuotaState } from '@tollgate/contracts';
import { spentRate, toldRates, viewAt } from './rate-view.ts';

const NOW = 1_000_000;
const state = (changes: Partial<QuotaState> = {}): QuotaState => ({
  quotaId: 'quo_minute',
  windowId: 'win_1',
  metric: 'requests',
  window: 'minute',
  hard: true,
  limit: '60',
  remaining: '10',
  resetsAt: NOW + 50_000,
  refillsFrom: NOW,
  ...changes,
});

function viewOf(states: readonly QuotaState[], atMs = NOW, held = 0n, hidden?: Set<string>) {
  return toldRates(states, hidden).map((rate) => viewAt(rate, held, atMs));
}

describe('what rate-limit headers say', () => {
  it('grows with what refills, and with what is in hand', () => {
    expect(viewOf([state()])).toMatchObject([{ remaining: 10, limit: 60, resetsAt: NOW + 50_000 }]);
    expect(viewOf([state()], NOW + 2_999)[0]?.remaining).toBe(12);
    expect(viewOf([state()], NOW + 3_000, 4n)[0]?.remaining).toBe(17);
    expect(viewOf([state()], NOW + 49_999, 20n)[0]?.remaining).toBe(60);
    expect(viewOf([state()], NOW + 90_000)[0]?.remaining).toBe(60);
  });

  it('is of the quota with the least left, of those that refuse', () => {
    const end = { remaining: '3', resetsAt: NOW + 3_600_000 };
    const day = { ...state({ quotaId: 'quo_day', window: 'day', limit: '1000', ...end }) };
    delete day.refillsFrom;
    expect(viewOf([state(), day])).toMatchObject([{ limit: 1_000, remaining: 3 }]);
    expect(viewOf([state(), { ...day, hard: false }])).toMatchObject([{ limit: 60 }]);
    expect(viewOf([{ ...day, hard: false }])).toMatchObject([{ limit: 1_000 }]);
    expect(viewOf([state({ remaining: '3' }), day])).toMatchObject([{ limit: 1_000 }]);
    expect(viewOf([state(), day], NOW + 30_000)).toMatchObject([{ remaining: 3 }]);
  });

  it('is of no quota that only some candidates stand under', () => {
    const model = state({ quotaId: 'quo_model', remaining: '1' });
    expect(viewOf([state(), model], NOW, 0n, new Set(['quo_model']))).toMatchObject([
      { remaining: 10 },
    ]);
  });

  it('says that nothing is left as soon as somebody found nothing', () => {
    const [rate] = toldRates([state()], undefined);
    if (!rate) throw new Error('a rate');
    expect(viewAt(spentRate(rate, NOW), 0n, NOW + 2_000)).toMatchObject({
      remaining: 2,
      resetsAt: NOW + 60_000,
    });
    const window = spentRate({ ...rate, refillsFrom: null }, NOW);
    expect(viewAt(window, 0n, NOW + 2_000)).toMatchObject({ remaining: 0, resetsAt: NOW + 50_000 });
  });

  it('is of requests and tokens apart, and of nothing else', () => {
    const tokens = state({ quotaId: 'quo_tokens', metric: 'tokens', limit: '9000' });
    const cost = state({ quotaId: 'quo_cost', metric: 'cost' });
    expect(viewOf([cost, tokens, state()]).map(({ metric }) => metric)).toEqual([
      'requests',
      'tokens',
    ]);
  });
});
