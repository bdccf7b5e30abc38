import fc from 'fast-check';
import { STRATEGIES } from '@tollgate/contracts';
import type { Appraisal, CandidateView } from './candidate-view.ts';
import { decide } from './decide.ts';
import { lookAt, makeRequest, makeRoute, makeTarget } from './fixtures.ts';

const price = (inputPerMTok: bigint, outputPerMTok = inputPerMTok): Appraisal => ({
  version: 'test',
  inputPerMTok,
  outputPerMTok,
});

function decideWith(
  views: readonly CandidateView[],
  request = makeRequest(),
  route: Partial<Parameters<typeof makeRoute>[0]> = {},
) {
  const byId = new Map(views.map((view) => [view.target.aiProviderId, view]));
  return decide(
    request,
    makeRoute({ targets: views.map((view) => view.target), ...route }),
    (target) => ({
      ...(byId.get(target.aiProviderId) ?? lookAt(target)),
      target,
    }),
  );
}

const view = (id: string, target = {}, known: Partial<CandidateView> = {}) =>
  lookAt(makeTarget({ aiProviderId: id, ...target }), known);

const chosen = (decision: ReturnType<typeof decide>) =>
  decision.outcome === 'planned'
    ? decision.candidates.map((one) => one.aiProviderId)
    : decision.outcome;

const reasons = (decision: ReturnType<typeof decide>) =>
  decision.outcome === 'model_not_allowed'
    ? []
    : decision.excluded.map((one) => [one.aiProviderId, one.reason]);

describe('decide', () => {
  it('orders by priority and keeps the order of equals', () => {
    const decision = decideWith([
      view('late', { priority: 2 }),
      view('first', { priority: 1 }),
      view('second', { priority: 1 }),
    ]);
    expect(chosen(decision)).toEqual(['first', 'second', 'late']);
  });

  it('leaves the draw among equals to the asker when weighted', () => {
    const decision = decideWith(
      [view('a', { weight: 3 }), view('b', { weight: 1 })],
      makeRequest({ strategy: 'weighted' }),
    );
    expect(decision).toMatchObject({ outcome: 'planned', strategy: 'weighted', order: 'weighted' });
  });

  it('puts the cheapest for requests of this size first and those without a price last', () => {
    const views = [
      view('unpriced'),
      view('cheap-output', {}, { appraisal: price(10_000n, 1_000n) }),
      view('cheap-input', {}, { appraisal: price(1_000n, 10_000n) }),
    ];
    const cheapest = (inputTokensBelow: number, outputCap: number) =>
      chosen(
        decideWith(
          views,
          makeRequest({ strategy: 'cheapest', profileClass: { inputTokensBelow, outputCap } }),
        ),
      );
    expect(cheapest(8192, 100)).toEqual(['cheap-input', 'cheap-output', 'unpriced']);
    expect(cheapest(128, 4096)).toEqual(['cheap-output', 'cheap-input', 'unpriced']);
  });

  it('says why each candidate was left out', () => {
    const decision = decideWith(
      [
        view('off', { enabled: false }),
        view('blind', { capabilities: ['text'] }),
        view('small', { contextWindow: 4096 }),
        view('fast-only', { profiles: ['fast'] }),
        view('free'),
        view('fit', {}, { appraisal: price(1n) }),
      ],
      makeRequest({
        needsPrice: true,
        profileClass: {
          capabilities: ['text', 'vision'],
          inputTokensBelow: 16_384,
          profile: 'deep',
        },
      }),
    );
    expect(chosen(decision)).toEqual(['fit']);
    expect(reasons(decision)).toEqual([
      ['off', 'disabled'],
      ['blind', 'capability_missing'],
      ['small', 'context_too_small'],
      ['fast-only', 'profile_mismatch'],
      ['free', 'unpriced_under_hard_budget'],
    ]);
  });

  it('keeps a model that some requests of the class may still fit', () => {
    const decision = decideWith(
      [view('edge', { contextWindow: 12_000 })],
      makeRequest({ profileClass: { inputTokensBelow: 16_384 } }),
    );
    expect(chosen(decision)).toEqual(['edge']);
  });

  it('lets a batch of embeddings be larger than the window, which holds for each input', () => {
    const views = [view('small', { contextWindow: 4096 })];
    const sized = (operation: 'chat' | 'embeddings') =>
      makeRequest({ profileClass: { operation, inputTokensBelow: 65_536 } });
    expect(chosen(decideWith(views, sized('embeddings')))).toEqual(['small']);
    expect(chosen(decideWith(views, sized('chat')))).toBe('exhausted');
  });

  it('avoids the unhealthy, and tries them as a last resort when nothing else is left', () => {
    const broken = view(
      'broken',
      {},
      { observation: { state: 'open', ttftMs: null, text: '5 of 5 failed' } },
    );
    expect(chosen(decideWith([broken, view('well')]))).toEqual(['well']);
    expect(reasons(decideWith([broken, view('well')]))).toEqual([['broken', 'unhealthy']]);
    const alone = decideWith([broken, view('off', { enabled: false })]);
    expect(chosen(alone)).toEqual(['broken']);
    expect(alone).toMatchObject({
      candidates: [{ reason: expect.stringContaining('last resort') }],
    });
  });

  it('tells a model outside the allowlist from one that nobody serves', () => {
    const request = makeRequest({
      modelAllowlist: ['gpt-4o'],
      profileClass: { modelAsked: 'gpt-4o-mini' },
    });
    expect(decideWith([view('a')], request).outcome).toBe('model_not_allowed');
    const unknown = decideWith(
      [view('a')],
      makeRequest({ profileClass: { modelAsked: 'llama-4' } }),
    );
    expect(reasons(unknown)).toEqual([['a', 'model_mismatch']]);
  });

  it('finds a model outside the route on the other connections of the project', () => {
    const other = makeTarget({ aiProviderId: 'other', model: 'llama-4' });
    const decision = decideWith(
      [view('a')],
      makeRequest({ profileClass: { modelAsked: 'llama-4' } }),
      {
        otherModels: [other],
      },
    );
    expect(chosen(decision)).toEqual(['other']);
  });

  it('says which candidates are of platform access, and asks a price of those alone', () => {
    const views = [view('mine'), view('theirs', { access: 'platform' })];
    const decision = decideWith(views, makeRequest());
    if (decision.outcome !== 'planned') throw new Error(decision.outcome);
    expect(decision.candidates.map(({ access }) => access)).toEqual([undefined, 'platform']);

    const priced = decideWith(views, makeRequest({ needsPlatformPrice: true }));
    expect(chosen(priced)).toEqual(['mine']);
    expect(priced).toMatchObject({
      excluded: [{ aiProviderId: 'theirs', reason: 'unpriced_under_hard_budget' }],
    });
  });

  it("obeys the caller's profile only where the route allows it", () => {
    const views = [view('fast', { profiles: ['fast'] }), view('deep', { profiles: ['deep'] })];
    const request = makeRequest({ profileClass: { profile: 'deep' } });
    expect(chosen(decideWith(views, request, { defaultProfile: 'fast' }))).toEqual(['deep']);
    expect(
      chosen(decideWith(views, request, { defaultProfile: 'fast', allowProfileOverride: false })),
    ).toEqual(['fast']);
  });

  it('is pure, loses no target without a reason, and never plans one that a rule forbids', () => {
    const target = fc.record({
      enabled: fc.boolean(),
      priority: fc.integer({ min: 0, max: 3 }),
      contextWindow: fc.option(fc.integer({ min: 1, max: 10_000 })),
    });
    fc.assert(
      fc.property(
        fc.array(target, { maxLength: 12 }),
        fc.constantFrom(...STRATEGIES),
        (targets, strategy) => {
          const views = targets.map((part, index) => view(`aip_${index}`, part));
          const request = makeRequest({ strategy });
          const decision = decideWith(views, request);
          expect(decideWith(views, request)).toEqual(decision);
          if (decision.outcome === 'model_not_allowed') throw new Error('no allowlist was given');
          const candidates = decision.outcome === 'planned' ? decision.candidates : [];
          expect(candidates.length + decision.excluded.length).toBe(targets.length);
          for (const one of candidates) {
            const found = targets[Number(one.aiProviderId.slice(4))];
            expect(found?.enabled).toBe(true);
            expect(found?.contextWindow ?? 1_000_000).toBeGreaterThan(512);
          }
        },
      ),
    );
  });
});
