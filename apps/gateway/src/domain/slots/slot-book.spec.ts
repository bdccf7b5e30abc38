import { slotQuotaOf, SlotWorld, type WorldGateway } from '../../../test/slots/slot-world.ts';

const TEN = slotQuotaOf('quo_ten', 10, { scope: 'organization' });
const ONE = slotQuotaOf('quo_one', 1);

function world(gateways = 2, limits = {}) {
  const made = new SlotWorld(gateways, limits);
  const at = (index: number): WorldGateway => {
    const gateway = made.gateways[index];
    if (!gateway) throw new Error('no such gateway');
    return gateway;
  };
  return { made, at };
}
const outcomes = ({ decisions }: WorldGateway) =>
  decisions.map((one) => (one.outcome === 'refused' ? one.failure.code : 'begun'));

describe('a book of slots', () => {
  it('asks once for all that begin together', async () => {
    const { made, at } = world();
    for (let i = 0; i < 6; i++) at(0).begin([TEN]);
    expect(made.letters.map(({ request }) => request.waiting)).toEqual([
      [{ quotas: [0], calls: 1 }],
    ]);
    await made.deliver(0);
    expect(made.letters.map(({ request }) => request.waiting)).toEqual([
      [{ quotas: [0], calls: 5 }],
    ]);
    await made.deliver(0);
    expect(made.inFlight(TEN)).toBe(6);
  });

  it('takes a slot of every limit or of none', async () => {
    const { made, at } = world();
    at(0).begin([TEN, ONE]);
    at(0).begin([TEN, ONE]);
    await made.deliverAll();
    expect(made.inFlight(TEN)).toBe(1);
    expect(made.leased(TEN)).toBe(1);
  });

  it('gives a recalled slot back at once where it is idle, and begins no new call on it', async () => {
    const { made, at } = world();
    at(0).begin([ONE]);
    await made.deliverAll();
    await made.finish(0);
    at(1).begin([ONE]);
    await made.deliverAll();
    expect(made.inFlight(ONE)).toBe(0);
    await made.recall(ONE, 0);
    await made.deliverAll();
    await made.advance(100);
    await made.deliverAll();
    expect(outcomes(at(1))).toEqual(['begun']);
  });

  it('gives what is above its share back as calls end, though others wait here', async () => {
    const { made, at } = world();
    for (let i = 0; i < 12; i++) at(0).begin([TEN]);
    await made.deliverAll();
    await made.recall(TEN, 8);
    for (let i = 0; i < 5; i++) await made.finish(0);
    expect(made.inFlight(TEN)).toBe(7);
    expect(at(0).book.waiting).toBe(0);
    await made.deliverAll();
    // What nobody here waits for goes back too.
    expect(made.leased(TEN)).toBe(7);
  });

  it('asks again at once when told that slots came back', async () => {
    const { made, at } = world();
    at(0).begin([ONE]);
    await made.deliverAll();
    at(1).begin([ONE]);
    await made.deliverAll();
    at(1).book.freed({ quotaIds: ['quo_one'], at: 0 });
    expect(made.letters).toHaveLength(1);
  });

  it('begins nothing with a lease that was not renewed', async () => {
    const { made, at } = world();
    at(0).begin([TEN]);
    await made.deliverAll();
    at(0).stop();
    await made.advance(9_760);
    at(0).resume();
    at(0).begin([TEN]);
    expect(at(0).decisions).toHaveLength(1);
  });

  it('renews while calls run, and lets idle slots go', async () => {
    const { made, at } = world();
    at(0).begin([TEN]);
    await made.deliverAll();
    for (let i = 0; i < 300; i++) {
      await made.advance(100);
      await made.deliverAll();
    }
    expect(made.inFlight(TEN)).toBe(1);
    await made.finish(0);
    for (let i = 0; i < 45; i++) {
      await made.advance(100);
      await made.deliverAll();
    }
    expect(made.leased(TEN)).toBe(0);
    expect(at(0).book.totals()).toEqual({ slots: 0, inUse: 0 });
  });

  it('refuses with the limit that is met once patience ends', async () => {
    const { made, at } = world(1);
    at(0).begin([ONE]);
    await made.deliverAll();
    at(0).begin([TEN, ONE]);
    await made.deliverAll();
    await made.advance(1_500);
    expect(at(0).decisions.at(-1)).toMatchObject({
      outcome: 'refused',
      quota: ONE,
      failure: { code: 'budget.rate_limited', retryAfterMs: 1_000 },
    });
  });

  it('bounds who waits, and what is counted', async () => {
    const { made, at } = world(1, { waitersPerQuota: 2, counters: 2 });
    for (let i = 0; i < 4; i++) at(0).begin([ONE]);
    await made.deliverAll();
    expect(outcomes(at(0))).toEqual(['budget.rate_limited', 'budget.rate_limited', 'begun']);
    at(0).begin([TEN]);
    at(0).begin([slotQuotaOf('quo_third', 1)]);
    expect(outcomes(at(0)).at(-1)).toBe('gateway.overloaded');
  });

  it('refuses who waits when it leaves', async () => {
    const { made, at } = world(1);
    at(0).begin([ONE]);
    const gone = at(0).book.drain();
    await made.deliverAll();
    await gone;
    expect(outcomes(at(0))).toEqual(['gateway.draining']);
    at(0).begin([ONE]);
    expect(outcomes(at(0)).at(-1)).toBe('gateway.draining');
  });
});
