import fc from 'fast-check';
import { drawOrder } from './draw-order.ts';

const candidate = fc.record({ priority: fc.nat(3), weight: fc.constantFrom(0, 1, 2.5, 100) });
const candidates = fc
  .array(candidate, { maxLength: 12 })
  .map((all) => all.toSorted((a, b) => a.priority - b.priority));

describe('drawOrder', () => {
  it('guarantees each candidate once, lower priorities first', () => {
    const numbers = fc.infiniteStream(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    );
    fc.assert(
      fc.property(candidates, numbers, (all, stream) => {
        const order = drawOrder(all, () => stream.next().value ?? 0);
        expect(order.toSorted((a, b) => a - b)).toEqual(all.map((_, index) => index));
        const priorities = order.map((index) => all[index]?.priority ?? 0);
        expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
      }),
    );
  });

  it('guarantees shares by weight, and that a weight of zero comes last', () => {
    const all = [3, 1, 0].map((weight) => ({ priority: 1, weight }));
    const steps = 400;
    const first = [0, 0, 0];
    for (let i = 0; i < steps; i++) {
      const [one = 2, , last] = drawOrder(all, () => i / steps);
      first[one] = (first[one] ?? 0) + 1;
      expect(last).toBe(2);
    }
    expect(first).toEqual([300, 100, 0]);
  });
});
