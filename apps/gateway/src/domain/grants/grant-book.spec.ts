import fc from 'fast-check';
import { FakeBudget, ONE, settle, subjectOf } from '../../../test/grants/fake-budget.ts';
import { GrantBook } from './grant-book.ts';
import type { DrawDecision, GrantBookOptions, GrantSubject } from './grant-holder.ts';

function open(limits: GrantBookOptions['limits'] = {}) {
  const budget = new FakeBudget();
  const book = new GrantBook(budget.options(limits));
  const draw = (subject: GrantSubject, amounts = ONE, patienceMs = 60_000) =>
    book.draw(subject, amounts, 'req_1', budget.now + patienceMs, budget.now);
  return { budget, book, draw };
}

const outcomes = async (decisions: readonly (DrawDecision | Promise<DrawDecision>)[]) =>
  (await Promise.all(decisions)).map((one) =>
    one.outcome === 'refused' ? one.failure.code : one.outcome,
  );

describe('GrantBook', () => {
  it('draws at once while a slice at hand covers it', async () => {
    const { budget, draw } = open();
    const key = subjectOf();
    const first = draw(key);
    expect(first).toBeInstanceOf(Promise);
    const grantId = await budget.grant(3);
    const expected = {
      outcome: 'drawn',
      draw: { grantId, amounts: { costPicoUsd: '1000', tokens: 10, requests: 1 } },
    };
    expect(await first).toEqual(expected);
    expect(draw(key)).toEqual(expected);
    expect(draw(key)).toEqual(expected);
    expect(draw(key)).toBeInstanceOf(Promise);
  });

  it('asks once for all that wait, and serves them in order', async () => {
    const { budget, draw } = open();
    const key = subjectOf();
    const waiting = Array.from({ length: 5 }, () => draw(key));
    expect(budget.asks).toHaveLength(1);
    await budget.grant(1);
    expect(budget.asks[1]).toMatchObject({
      need: { requests: 1 },
      want: { costPicoUsd: '4000', tokens: 40, requests: 4 },
    });
    await budget.grant(2);
    await budget.refuse();
    expect(await outcomes(waiting)).toEqual([
      'drawn',
      'drawn',
      'drawn',
      'budget.exceeded',
      'budget.exceeded',
    ]);
  });

  it('refuses those who need as much, and asks again for those who need less', async () => {
    const { budget, draw } = open();
    const key = subjectOf('key_1', { metric: 'tokens' });
    const decisions = [
      draw(key, { ...ONE, tokens: 900 }),
      draw(key, { ...ONE, tokens: 950 }),
      draw(key),
    ];
    await budget.refuse({ reason: 'rate_limited', retryAfterMs: 30_000 });
    expect(budget.asks).toHaveLength(2);
    await budget.grant(1);
    expect(await outcomes(decisions)).toEqual([
      'budget.rate_limited',
      'budget.rate_limited',
      'drawn',
    ]);
  });

  it('remembers a refusal for a moment, so that a spent key costs budget little', async () => {
    const { budget, draw } = open();
    const key = subjectOf();
    const first = draw(key);
    await budget.refuse();
    expect(await outcomes([first, draw(key), draw(key)])).toEqual(Array(3).fill('budget.exceeded'));
    expect(budget.asks).toHaveLength(1);
    budget.now += 1_001;
    expect(draw(key)).toBeInstanceOf(Promise);
  });

  it('fails closed under a hard quota when budget cannot be reached, and goes on under soft ones', async () => {
    const { budget, draw } = open();
    const unreachable = {
      ok: false as const,
      failure: { code: 'bus.disconnected' as const, message: '' },
    };
    const hard = draw(subjectOf('hard'));
    await budget.answer(unreachable);
    const soft = draw(subjectOf('soft', { hard: false }));
    await budget.answer(unreachable);
    expect(await outcomes([hard, soft])).toEqual(['budget.unavailable', 'unmetered']);
    expect(
      await outcomes([draw(subjectOf('hard')), draw(subjectOf('soft', { hard: false }))]),
    ).toEqual(['budget.unavailable', 'unmetered']);
    expect(budget.asks).toHaveLength(2);
  });

  it('needs nothing where no quota applies', () => {
    const { budget, draw } = open();
    expect(draw({ ...subjectOf(), quotas: [] })).toEqual({ outcome: 'unlimited' });
    expect(budget.asks).toHaveLength(0);
  });

  it('bounds who waits, for a key and in all', async () => {
    const { draw, book } = open({ waitersPerSubject: 2, waiters: 3 });
    const decisions = [draw(subjectOf('a')), draw(subjectOf('a')), draw(subjectOf('a'))];
    expect(await outcomes(decisions.slice(2))).toEqual(['gateway.overloaded']);
    expect(draw(subjectOf('b'))).toBeInstanceOf(Promise);
    expect(await outcomes([draw(subjectOf('c'))])).toEqual(['gateway.overloaded']);
    expect(book.size).toBe(3);
  });

  it('asks ahead of need when more than asked for was given, and only then', async () => {
    const { budget, draw } = open();
    const near = subjectOf('near');
    void draw(near);
    await budget.grant(1);
    expect(budget.asks).toHaveLength(1);
    const far = subjectOf('far');
    void draw(far);
    const old = await budget.grant(8);
    for (let i = 0; i < 6; i++) expect(draw(far)).toMatchObject({ outcome: 'drawn' });
    expect(budget.asks).toHaveLength(3);
    const next = await budget.grant(8);
    const drawn = [draw(far), draw(far)];
    expect(drawn).toMatchObject([{ draw: { grantId: old } }, { draw: { grantId: next } }]);
  });

  it('tells the rate of draws, so that a grant can cover some seconds', async () => {
    const { budget, book, draw } = open();
    const key = subjectOf();
    void draw(key);
    await budget.grant(320);
    for (let tick = 0; tick < 30; tick++) {
      for (let i = 0; i < 10; i++) draw(key);
      book.tick((budget.now += 100));
    }
    expect(budget.asks.at(-1)?.ratePerSecond).toBeGreaterThan(80);
    expect(budget.asks.at(-1)?.ratePerSecond).toBeLessThan(120);
  });

  it('never draws in the margin before a grant ends, and gives the rest back', async () => {
    const { budget, book, draw } = open();
    const key = subjectOf();
    void draw(key);
    const grantId = await budget.grant(3, 10_000);
    budget.now += 9_749;
    expect(draw(key)).toMatchObject({ outcome: 'drawn' });
    budget.now += 1;
    expect(draw(key)).toBeInstanceOf(Promise);
    book.tick(budget.now);
    expect(budget.returned).toEqual([
      { grantId, drawn: { costPicoUsd: '2000', tokens: 20, requests: 2 } },
    ]);
  });

  it('gives idle grants back, and remembers a return that could not be told', async () => {
    const { budget, book, draw } = open();
    void draw(subjectOf());
    const grantId = await budget.grant(5);
    book.tick((budget.now += 1_999));
    expect(budget.returned).toEqual([]);
    budget.isTold = false;
    book.tick((budget.now += 1));
    await settle();
    budget.isTold = true;
    book.tick((budget.now += 1_000));
    await settle();
    book.tick((budget.now += 5_000));
    expect(budget.returned.map((one) => one.grantId)).toEqual([grantId, grantId]);
  });

  it('gives the undrawn rest back when it is recalled', async () => {
    const { budget, book, draw } = open();
    void draw(subjectOf());
    await budget.grant(5);
    book.recall(['quo_other'], budget.now);
    expect(budget.returned).toEqual([]);
    book.recall(['quo_requests'], budget.now);
    expect(budget.returned).toMatchObject([{ drawn: { requests: 1 } }]);
    expect(draw(subjectOf())).toBeInstanceOf(Promise);
  });

  it('gives back the leftover that does not cover the next before it asks', async () => {
    const { budget, draw } = open();
    void draw(subjectOf());
    await budget.grant(3);
    void draw(subjectOf(), { ...ONE, requests: 5 });
    expect(budget.returned).toMatchObject([{ drawn: { requests: 1 } }]);
    expect(budget.asks).toHaveLength(2);
  });

  it('tells those who wait past their deadline', async () => {
    const { budget, book, draw } = open();
    const decision = draw(subjectOf(), ONE, 500);
    book.tick((budget.now += 500));
    expect(await outcomes([decision])).toEqual(['budget.unavailable']);
    expect(book.size).toBe(0);
  });

  it('takes a grant that is over on arrival for an unreachable budget, not for a reason to ask for ever', async () => {
    const { budget, draw } = open();
    const decision = draw(subjectOf());
    await budget.grant(1, 100);
    expect(await outcomes([decision])).toEqual(['budget.unavailable']);
    expect(budget.unanswered).toBe(0);
    expect(budget.returned).toHaveLength(1);
  });

  it('holds a bounded number of subjects, and lets the one go that is idle longest', async () => {
    const { budget, book, draw } = open({ subjects: 3 });
    for (const id of ['a', 'b', 'c']) {
      void draw(subjectOf(id));
      await budget.grant(9);
    }
    book.tick((budget.now += 1_500));
    draw(subjectOf('a'));
    draw(subjectOf('c'));
    book.tick((budget.now += 1_000));
    expect(budget.returned).toHaveLength(1);
    void draw(subjectOf('d'));
    await budget.grant(9);
    expect(draw(subjectOf('a'))).toMatchObject({ outcome: 'drawn' });
    expect(book.states(subjectOf('b'), budget.now)).toEqual([]);
  });

  it('drains: who waits is refused, and every grant goes back, also one on its way', async () => {
    const { budget, book, draw } = open();
    void draw(subjectOf('a'));
    await budget.grant(4);
    const waiting = draw(subjectOf('b'));
    const drained = book.drain();
    expect(await outcomes([waiting, draw(subjectOf('a'))])).toEqual([
      'gateway.draining',
      'gateway.draining',
    ]);
    await budget.grant(7);
    await drained;
    expect(budget.returned.map((one) => one.drawn.requests)).toEqual([1, 0]);
  });

  it('tells what remains with what it still holds, and all of the limit in the next window', async () => {
    const { budget, book, draw } = open();
    const key = subjectOf();
    expect(book.rates(key, budget.now)).toEqual([]);
    void draw(key);
    await budget.grant(10);
    draw(key);
    expect(book.rates(key, budget.now)).toEqual([
      { metric: 'requests', limit: 1_000, remaining: 508, resetsAt: 1_060_000 },
    ]);
    expect(book.states(key, budget.now)[0]?.remaining).toBe('508');
    expect(book.rates(key, 1_060_000)[0]?.remaining).toBe(1_000);
  });

  it('draws no grant beyond its amounts, and returns what it drew, over any order of events', async () => {
    const event = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('draw' as const),
          requests: fc.integer({ min: 1, max: 4 }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('grant' as const), extra: fc.nat({ max: 12 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constantFrom('refuse' as const, 'fail' as const, 'recall' as const),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('tick' as const),
          ms: fc.integer({ min: 1, max: 4_000 }),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
        const { budget, book, draw } = open();
        const key = subjectOf();
        const drawn = new Map<string, number>();
        const decisions: (DrawDecision | Promise<DrawDecision>)[] = [];
        const note = (one: DrawDecision): void => {
          if (one.outcome !== 'drawn') return;
          const { grantId, amounts } = one.draw;
          expect(budget.now).toBeLessThan((budget.grants.get(grantId)?.expiresAt ?? 0) - 249);
          drawn.set(grantId, (drawn.get(grantId) ?? 0) + amounts.requests);
        };
        for (const one of events) {
          if (one.kind === 'draw') {
            const decision = draw(key, { costPicoUsd: 1_000n, tokens: 10, requests: one.requests });
            decisions.push(decision);
            if (decision instanceof Promise) void decision.then(note);
            else note(decision);
          } else if (one.kind === 'tick') book.tick((budget.now += one.ms));
          else if (one.kind === 'recall') book.recall(['quo_requests'], budget.now);
          else if (budget.unanswered === 0) continue;
          else if (one.kind === 'grant') {
            await budget.grant((budget.asks.at(-1)?.need.requests ?? 0) + one.extra);
          } else if (one.kind === 'refuse') await budget.refuse({ retryAfterMs: 10 });
          else await budget.answer({ ok: false, failure: { code: 'bus.peer_lost', message: '' } });
        }
        const drained = book.drain();
        while (budget.unanswered > 0) await budget.grant(3);
        await drained;
        await Promise.all(decisions);
        expect(book.size).toBe(0);
        const returned = new Map(budget.returned.map((one) => [one.grantId, one.drawn.requests]));
        expect(returned.size).toBe(budget.returned.length);
        for (const [id, grant] of budget.grants) {
          const sum = drawn.get(id) ?? 0;
          expect(sum).toBeLessThanOrEqual(grant.amounts.requests);
          expect(returned.get(id) ?? grant.amounts.requests).toBe(sum);
        }
      }),
      { numRuns: 300 },
    );
  });
});
