import fc from 'fast-check';
import { FakeBudget, ONE, subjectOf } from '../../../test/grants/fake-budget.ts';
import { DEFAULT_LIMITS } from './grant-holder.ts';
import { GrantBook } from './grant-book.ts';

const LEASE_MS = 10_000;
const HOUR_MS = 3_600_000;

/** A gateway whose clock is that much ahead of budget's. */
function open(aheadMs: number) {
  const budget = new FakeBudget();
  const book = new GrantBook(budget.options());
  const key = subjectOf();
  const draw = () => book.draw(key, ONE, 'req_1', budget.now + 60_000, budget.now);
  const grant = async (requests: number, leaseMs = LEASE_MS) => {
    const given = budget.grantOf(requests, leaseMs);
    const answer = { ...given, expiresAt: given.expiresAt - aheadMs, leaseMs };
    await budget.answer({ ok: true, value: { outcome: 'granted', grant: answer } });
    return given.grantId;
  };
  return { budget, book, draw, grant };
}

describe('a grant', () => {
  it('lasts as long as it was leased for, however far the clocks are apart', async () => {
    const skews = fc.integer({ min: -24 * HOUR_MS, max: 24 * HOUR_MS });
    const usable = LEASE_MS - DEFAULT_LIMITS.marginMs;
    await fc.assert(
      fc.asyncProperty(skews, fc.nat({ max: 3_000 }), async (aheadMs, answerMs) => {
        const { budget, draw, grant } = open(aheadMs);
        const first = draw();
        const askedAt = budget.now;
        budget.now += answerMs;
        await grant(5);
        expect(await first).toMatchObject({ outcome: 'drawn' });
        budget.now = askedAt + usable - 1;
        expect(draw()).toMatchObject({ outcome: 'drawn' });
        budget.now = askedAt + usable;
        expect(draw()).toBeInstanceOf(Promise);
      }),
    );
  });

  it('goes back when the clock is set back, so that no lease is stretched', async () => {
    const { budget, book, draw, grant } = open(0);
    void draw();
    const grantId = await grant(5);
    book.tick(budget.now);
    budget.now -= 1;
    expect(draw()).toBeInstanceOf(Promise);
    expect(budget.returned).toEqual([
      { grantId, drawn: { costPicoUsd: '1000', tokens: 10, requests: 1 } },
    ]);
    const next = await grant(5);
    expect(draw()).toMatchObject({ outcome: 'drawn', draw: { grantId: next } });
    budget.now -= HOUR_MS;
    book.tick(budget.now);
    expect(budget.returned).toHaveLength(2);
  });

  it('that was asked for before the clock was set back lasts no longer than from its answer on', async () => {
    const { budget, draw, grant } = open(0);
    const first = draw();
    budget.now -= HOUR_MS;
    await grant(5);
    expect(await first).toMatchObject({ outcome: 'drawn' });
    budget.now += LEASE_MS;
    expect(draw()).toBeInstanceOf(Promise);
  });

  it('is over when the clock is set forward, and the next one is usable at once', async () => {
    const { budget, draw, grant } = open(0);
    void draw();
    await grant(5);
    budget.now += HOUR_MS;
    const waiting = draw();
    const grantId = await grant(5);
    expect(await waiting).toMatchObject({ outcome: 'drawn', draw: { grantId } });
  });
});
