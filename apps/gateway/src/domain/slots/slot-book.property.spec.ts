import fc from 'fast-check';
import { slotQuotaOf, SlotWorld } from '../../../test/slots/slot-world.ts';

const ORGANIZATION = slotQuotaOf('quo_org', 3, { scope: 'organization' });
const NARROW = slotQuotaOf('quo_narrow', 1);
const WIDE = slotQuotaOf('quo_wide', 2);
const SOFT = slotQuotaOf('quo_soft', 1, { hard: false });
const HARD = [ORGANIZATION, NARROW, WIDE];
/** What requests may need together. */
const NEEDS = [[ORGANIZATION, NARROW], [ORGANIZATION, WIDE, SOFT], [WIDE], [ORGANIZATION], [SOFT]];

const word = <const W extends string>(kind: W): fc.Arbitrary<W> => fc.constant(kind);

/** `at` is a gateway, a message or a call; `of` says more. */
const stepOf = <const K extends string>(kind: K, weight: number) => ({
  weight,
  arbitrary: fc.record({ kind: word(kind), at: fc.nat(5), of: fc.nat(4) }),
});
const step = fc.oneof(
  stepOf('begin', 16),
  stepOf('deliver', 5),
  stepOf('deliver all', 12),
  stepOf('finish', 10),
  stepOf('let go', 2),
  stepOf('lose', 1),
  stepOf('recall', 2),
  stepOf('wait', 8),
  stepOf('stop', 3),
  stepOf('go on', 5),
  stepOf('kill', 1),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const WAITS_MS = [50, 500, 2_600, 10_200, 16_000];

async function take(world: SlotWorld, { kind, at, of }: Step): Promise<void> {
  const gateway = world.gateways[at % world.gateways.length];
  switch (kind) {
    case 'begin':
      return gateway?.begin(NEEDS[of] ?? []);
    case 'deliver':
      return world.deliver(at, { isTwice: of === 1, isAnswered: of !== 2 });
    case 'deliver all':
      return world.deliverAll();
    case 'finish':
      return world.finish(at);
    case 'let go':
      return world.letGo(at);
    case 'lose':
      return world.lose(at, of === 1);
    case 'recall':
      return world.recall(HARD[at % HARD.length] ?? NARROW, of);
    case 'wait':
      return world.advance(WAITS_MS[of] ?? 50);
    case 'stop':
      return gateway?.stop();
    case 'go on':
      gateway?.resume();
      return gateway?.begin(NEEDS[of] ?? []);
    case 'kill':
      return gateway?.kill();
  }
}

describe('books of slots at several gateways', () => {
  it('never fill a hard limit twice, whatever is lost, late, doubled or killed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 120 }), async (steps) => {
        const world = new SlotWorld(2);
        for (const one of steps) {
          await take(world, one);
          for (const quota of HARD) expect(world.inFlight(quota)).toBeLessThanOrEqual(quota.limit);
        }
      }),
      { numRuns: 2_000 },
    );
  }, 60_000);

  it('leave nothing taken, and every slot usable, once all has ended', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
        const world = new SlotWorld(2);
        for (const one of steps) await take(world, one);
        for (const gateway of world.gateways) gateway.resume();
        for (let i = 0; i < 40; i++) {
          await world.advance(500);
          await world.deliverAll();
          while (world.upstream.length > 0) await world.finish(0);
        }
        for (const quota of [...HARD, SOFT]) expect(world.leased(quota)).toBe(0);
        for (const { book, isDead } of world.gateways) {
          if (!isDead)
            expect({ ...book.totals(), waiting: book.waiting }).toEqual({
              slots: 0,
              inUse: 0,
              waiting: 0,
            });
        }
        const alive = world.gateways.find(({ isDead }) => !isDead);
        for (let i = 0; i < ORGANIZATION.limit; i++) alive?.begin([ORGANIZATION]);
        await world.deliverAll();
        expect(world.inFlight(ORGANIZATION)).toBe(alive ? ORGANIZATION.limit : 0);
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});
