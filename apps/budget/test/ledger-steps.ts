import fc from 'fast-check';

/** A step of a plan; `pick` chooses among what is there by then. */
export type Step =
  | { kind: 'take'; sets: number; cost: number; tokens: number; waiting: number; extra: number }
  /** Granted, but the answer was lost on its way: nobody draws on it. */
  | { kind: 'takeUnheard'; sets: number; cost: number }
  | {
      kind: 'draw' | 'return' | 'lateReturn' | 'expire' | 'takeAgain' | 'lateDraw' | 'recordAgain';
      pick: number;
    }
  /** A process dies in the middle of that. */
  | { kind: 'crash'; of: 'take' | 'return' | 'expire' | 'settle' | 'sweep'; pick: number }
  | { kind: 'finish'; pick: number; usedPercent: number; platformPercent: number }
  | { kind: 'settle'; count: number; redeliver: number }
  | { kind: 'sweep' };

const pick = fc.nat({ max: 1_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('take' as const),
      sets: fc.nat({ max: 5 }),
      cost: fc.nat({ max: 2_000 }),
      tokens: fc.nat({ max: 300 }),
      waiting: fc.integer({ min: 1, max: 5 }),
      extra: fc.nat({ max: 10 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'draw' as const,
        'draw' as const,
        'return' as const,
        'lateReturn' as const,
        'expire' as const,
        'takeAgain' as const,
        'lateDraw' as const,
        'recordAgain' as const,
      ),
      pick,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('finish' as const),
      pick,
      usedPercent: fc.nat({ max: 100 }),
      platformPercent: fc.oneof(fc.constantFrom(0, 100), fc.nat({ max: 100 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      count: fc.integer({ min: 1, max: 5 }),
      redeliver: fc.nat({ max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('takeUnheard' as const),
      sets: fc.nat({ max: 5 }),
      cost: fc.nat({ max: 2_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      of: fc.constantFrom('take', 'return', 'expire', 'settle', 'sweep'),
      pick,
    }),
  },
);

export const commandPlans = fc.array(step, { minLength: 5, maxLength: 60 });
