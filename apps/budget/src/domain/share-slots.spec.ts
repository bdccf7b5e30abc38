import fc from 'fast-check';
import { allowedSlots, fairLevel, slotsAhead, type SlotShare } from './share-slots.ts';

const share = (changes: Partial<SlotShare> = {}): SlotShare => ({
  slots: 0,
  wanted: 0,
  waitingSince: null,
  isFresh: true,
  ...changes,
});

describe('fairLevel', () => {
  it.each([
    [10, [3, 4], 10],
    [10, [10, 10], 5],
    [10, [2, 100, 100], 4],
    [10, [9, 9, 9], 3],
    [1, [1, 1], 0],
  ])('of %i slots lets holders that want %j have %i each', (limit, wanted, level) => {
    expect(fairLevel(limit, wanted)).toBe(level);
  });

  it('is the highest that fits', () => {
    const wishes = fc.array(fc.nat(40), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), wishes, (limit, wanted) => {
        const level = fairLevel(limit, wanted);
        const upTo = (most: number): number =>
          wanted.reduce((sum, one) => sum + Math.min(one, most), 0);
        expect(upTo(level)).toBeLessThanOrEqual(limit);
        if (level < limit) expect(upTo(level + 1)).toBeGreaterThan(limit);
      }),
    );
  });
});

describe('allowedSlots', () => {
  it('gives all that is wanted while it is free and nobody waits', () => {
    expect(
      allowedSlots(10, { wanted: 7, waitingSince: null }, [share({ slots: 2, wanted: 2 })]),
    ).toBe(7);
  });

  it('never gives what others have', () => {
    const holders = fc.array(
      fc.record({
        slots: fc.nat(9),
        wanted: fc.nat(20),
        waitingSince: fc.option(fc.nat(9)),
        isFresh: fc.boolean(),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(20), holders, (limit, wanted, others) => {
        const allowed = allowedSlots(limit, { wanted, waitingSince: null }, others);
        const free = limit - others.reduce((sum, { slots }) => sum + slots, 0);
        expect(allowed).toBeLessThanOrEqual(Math.max(0, free));
        expect(allowed).toBeLessThanOrEqual(wanted);
      }),
    );
  });

  it('leaves a free slot to those who wait below their share', () => {
    const poor = share({ slots: 2, wanted: 9, waitingSince: 5 });
    expect(allowedSlots(10, { wanted: 9, waitingSince: 1 }, [poor])).toBe(5);
  });

  it('lets holders take turns at a slot that does not divide', () => {
    const earlier = share({ wanted: 1, waitingSince: 5 });
    expect(allowedSlots(1, { wanted: 1, waitingSince: null }, [earlier])).toBe(0);
    expect(allowedSlots(1, { wanted: 1, waitingSince: 6 }, [earlier])).toBe(0);
    expect(allowedSlots(1, { wanted: 1, waitingSince: 4 }, [earlier])).toBe(1);
  });

  it('keeps nothing back for a holder that asks no more', () => {
    const gone = share({ wanted: 1, waitingSince: 5, isFresh: false });
    expect(allowedSlots(1, { wanted: 1, waitingSince: null }, [gone])).toBe(1);
  });
});

describe('slotsAhead', () => {
  it('leaves idle slots while eight times as many are free, and none near the limit', () => {
    expect(slotsAhead(80, 64, [])).toBe(10);
    expect(slotsAhead(80, 3, [])).toBe(3);
    expect(slotsAhead(7, 3, [])).toBe(0);
    expect(slotsAhead(-5, 3, [])).toBe(0);
  });

  it('leaves none while somebody waits', () => {
    expect(slotsAhead(80, 3, [share({ waitingSince: 1 })])).toBe(0);
  });
});
