import fc from 'fast-check';
import { DURATIONS, FAULTS, MATRIX, VICTIMS } from './fault-matrix.ts';
import { planCases } from './schedule.ts';

const PAIRS = VICTIMS.flatMap((victim) => MATRIX[victim].map((fault) => `${victim} ${fault}`));

describe('the schedule', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planCases({ seed: 7, cycles: 60 })).toEqual(planCases({ seed: 7, cycles: 60 }));
    expect(planCases({ seed: 7, cycles: 60 })).not.toEqual(planCases({ seed: 8, cycles: 60 }));
  });

  it('begins alike however long it is, so that a case can be repeated by a shorter run', () => {
    expect(planCases({ seed: 3, cycles: 200 }).slice(0, 30)).toEqual(
      planCases({ seed: 3, cycles: 30 }),
    );
  });

  it('takes every pair once before one comes again, each within its bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
        const cases = planCases({ seed, cycles: PAIRS.length * 2 });
        const first = cases.slice(0, PAIRS.length).map(({ victim, fault }) => `${victim} ${fault}`);
        expect(first.toSorted()).toEqual(PAIRS.toSorted());
        for (const { fault, durationMs } of cases) {
          expect(durationMs).toBeGreaterThanOrEqual(DURATIONS[fault][0]);
          expect(durationMs).toBeLessThanOrEqual(DURATIONS[fault][1]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('keeps to the victims and faults that were asked for, and says when none fits', () => {
    const cases = planCases({ seed: 1, cycles: 20, victims: ['nats'], faults: ['kill', 'slow'] });
    expect(new Set(cases.map(({ victim, fault }) => `${victim} ${fault}`))).toEqual(
      new Set(['nats kill', 'nats slow']),
    );
    expect(() =>
      planCases({ seed: 1, cycles: 1, victims: ['routing'], faults: ['full-disk'] }),
    ).toThrow(RangeError);
    expect(FAULTS).toContain('full-disk');
  });
});
