import fc from 'fast-check';
import { fits, type Room, sizeSlice } from './slice.ts';
import { METRIC_ORDER, type Units } from './units.ts';

const units = (cost: bigint, tokens: bigint, requests: bigint): Units => ({
  cost,
  tokens,
  requests,
});
const amount = fc.bigInt({ min: 0n, max: 10n ** 15n });
const anyUnits = fc.record({
  cost: amount,
  tokens: fc.bigInt({ min: 0n, max: 10n ** 6n }),
  requests: fc.bigInt({ min: 1n, max: 1n }),
});
const room = fc.record({
  metric: fc.constantFrom(...METRIC_ORDER),
  available: fc.bigInt({ min: -(10n ** 6n), max: 10n ** 15n }),
});
const situation = fc.record({
  need: anyUnits,
  others: fc.array(anyUnits, { maxLength: 20 }),
  extra: fc.bigInt({ min: 0n, max: 10_000n }),
  rooms: fc.array(room, { minLength: 1, maxLength: 5 }),
});

function askOf(need: Units, others: readonly Units[], extra: bigint) {
  const want = others.reduce(
    (sum, one) => units(sum.cost + one.cost, sum.tokens + one.tokens, sum.requests + one.requests),
    need,
  );
  return { need, want, extra };
}

describe('sizeSlice', () => {
  it('never exceeds any room, and never gives less than the need', () => {
    fc.assert(
      fc.property(situation, ({ need, others, extra, rooms }) => {
        fc.pre(rooms.every((one) => fits(need, one)));
        const slice = sizeSlice(askOf(need, others, extra), rooms);
        for (const { metric, available } of rooms) {
          expect(
            slice[metric] === 0n || slice[metric] <= available || need[metric] === slice[metric],
          ).toBe(true);
        }
        for (const metric of METRIC_ORDER) expect(slice[metric] >= need[metric]).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives no extra within 64 needs of a limit, and at most a 64th of what is left', () => {
    fc.assert(
      fc.property(situation, ({ need, others, extra, rooms }) => {
        fc.pre(rooms.every((one) => fits(need, one)));
        const ask = askOf(need, others, extra);
        const slice = sizeSlice(ask, rooms);
        for (const { metric, available } of rooms) {
          const beyond = slice[metric] - ask.want[metric];
          if (beyond <= 0n) continue;
          const left = available - ask.want[metric];
          expect(left >= 64n * need[metric] && beyond * 64n <= left).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('strands nothing when all requests are alike: what fits is granted, in whole requests', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.bigInt({ min: 1n, max: 200n }),
        fc.bigInt({ min: 1n, max: 400n }),
        fc.bigInt({ min: 0n, max: 99n }),
        (cost, waiting, fitting, percent) => {
          const need = units(cost, 10n, 1n);
          const want = units(cost * waiting, 10n * waiting, waiting);
          const rooms: Room[] = [
            { metric: 'cost', available: cost * fitting + (cost * percent) / 100n },
          ];
          const slice = sizeSlice({ need, want, extra: 0n }, rooms);
          expect(slice.requests).toBe(fitting < waiting ? fitting : waiting);
          expect(slice.cost >= cost * slice.requests).toBe(true);
        },
      ),
    );
  });

  it('covers the asked seconds of traffic when no hard quota is near', () => {
    const need = units(100n, 10n, 1n);
    const slice = sizeSlice({ need, want: units(200n, 20n, 2n), extra: 50n }, [
      { metric: 'cost', available: 10n ** 9n },
    ]);
    expect(slice).toEqual(units(5_200n, 520n, 52n));
    expect(sizeSlice({ need, want: need, extra: 7n }, [])).toEqual(units(800n, 80n, 8n));
  });
});
