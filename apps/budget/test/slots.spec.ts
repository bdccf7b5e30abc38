import { PostgresSlots } from '../src/adapters/postgres/postgres-slots.ts';
import { LedgerUnavailableError } from '../src/application/ledger.ts';
import { LendSlots } from '../src/application/lend-slots.ts';
import { SweepSlots } from '../src/application/sweep-slots.ts';
import { createId, useLedger } from './ledger-fixture.ts';

const fixture = useLedger();
const TIMES = { leaseMs: 10_000, freshMs: 500 };

let sequence = 0;

interface Stand {
  readonly inUse?: number;
  readonly keeps?: number;
  readonly waits?: number;
}

/** An ask of one holder on one hard quota. */
function askOf(
  quotaId: string,
  limit: number,
  holder: string,
  { inUse = 0, keeps = inUse, waits = 0 }: Stand = {},
) {
  return {
    holder,
    sequence: ++sequence,
    quotas: [{ quotaId, limit, hard: true, inUse, keeps, ahead: 0 }],
    waiting: waits > 0 ? [{ quotas: [0], calls: waits }] : [],
  };
}

function desk() {
  const recalled: { quotaId: string; share: number }[][] = [];
  const freed: string[][] = [];
  const time = { now: 1_000 };
  const slots = new PostgresSlots(fixture.database(), TIMES);
  const lend = new LendSlots({
    ledger: slots,
    recall: (quotas) => void recalled.push(quotas),
    freed: (ids) => void freed.push(ids),
    tick: () => time.now,
    leaseMs: TIMES.leaseMs,
    mostPending: 100,
  });
  return { slots, lend, recalled, freed, time };
}

describe('lending slots', () => {
  it('gives 40 holders over two pools exactly the 10 that a limit allows', async () => {
    const pools = [fixture.ledger(), fixture.another().ledger].map(() => desk().slots);
    const quotaId = createId('quota');
    const all = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (pools[i % 2] ?? desk().slots).hold(askOf(quotaId, 10, `ins_${i}`, { waits: 1 })),
      ),
    );
    const given = all.reduce((sum, held) => sum + (held?.[0]?.slots ?? 0), 0);
    expect(given).toBe(10);
  });

  it('does not deadlock when many quotas are asked for in any order', async () => {
    const { slots } = desk();
    const ids = Array.from({ length: 8 }, () => createId('quota'));
    const asks = Array.from({ length: 60 }, (_, i) => {
      const mine = i % 2 ? [...ids] : [...ids].reverse();
      return slots.hold({
        holder: `ins_${i % 6}`,
        sequence: ++sequence,
        quotas: mine.map((quotaId) => ({
          quotaId,
          limit: 100,
          hard: true,
          inUse: 1,
          keeps: 1,
          ahead: 1,
        })),
        waiting: [],
      });
    });
    const answers = await Promise.all(asks);
    expect(answers).toHaveLength(60);
    const [row] = await fixture
      .database()
      .query<{ n: number }>(
        'select count(*)::integer as n from budget.slot_lease where quota_id = any($1)',
        [ids],
      );
    expect(row?.n).toBe(48);
  });

  it('tells holders when somebody waits for theirs, and who waits when some came back', async () => {
    const { lend, recalled, freed, time } = desk();
    const quotaId = createId('quota');
    await lend.hold(askOf(quotaId, 4, 'ins_a', { waits: 4 }));
    expect(await lend.hold(askOf(quotaId, 4, 'ins_b', { waits: 1 }))).toMatchObject({
      quotas: [{ slots: 0 }],
    });
    expect(recalled).toEqual([[{ quotaId, share: 3 }]]);
    await lend.hold(askOf(quotaId, 4, 'ins_b', { waits: 1 }));
    expect(recalled).toHaveLength(1);
    time.now += 200;
    await lend.hold(askOf(quotaId, 4, 'ins_b', { waits: 1 }));
    expect(recalled).toHaveLength(2);
    expect(freed).toEqual([]);
    await lend.hold(askOf(quotaId, 4, 'ins_a', { inUse: 3 }));
    expect(freed).toEqual([[quotaId]]);
    expect(await lend.hold(askOf(quotaId, 4, 'ins_b', { waits: 1 }))).toMatchObject({
      outcome: 'held',
      leaseMs: 10_000,
      quotas: [{ slots: 1 }],
    });
  });

  it('answers that a later ask was there before', async () => {
    const { lend } = desk();
    const quotaId = createId('quota');
    const early = askOf(quotaId, 4, 'ins_a');
    await lend.hold(askOf(quotaId, 4, 'ins_a', { waits: 2 }));
    expect(await lend.hold(early)).toEqual({ outcome: 'superseded' });
  });

  it('lends as a changed limit says', async () => {
    const { slots } = desk();
    const quotaId = createId('quota');
    expect((await slots.hold(askOf(quotaId, 2, 'ins_a', { waits: 5 })))?.[0]?.slots).toBe(2);
    expect((await slots.hold(askOf(quotaId, 4, 'ins_a', { inUse: 2, waits: 3 })))?.[0]?.slots).toBe(
      4,
    );
    expect((await slots.hold(askOf(quotaId, 3, 'ins_a', { inUse: 4, waits: 1 })))?.[0]?.slots).toBe(
      4,
    );
    expect((await slots.hold(askOf(quotaId, 3, 'ins_a', { inUse: 2, waits: 3 })))?.[0]?.slots).toBe(
      3,
    );
  });
});

describe('slots of holders that are gone', () => {
  /** Seconds go by when a test says so, on the database's clock too, which may be set. */
  const sweepOf = (
    isConnected: () => boolean,
    time: { now: number; set?: number },
    fenceMs = 0,
  ) => {
    const slots = new PostgresSlots(fixture.database(), TIMES);
    return new SweepSlots({
      ledger: {
        hold: (command) => slots.hold(command),
        purgeQuotas: (most) => slots.purgeQuotas(most),
        clock: async () => {
          await slots.clock();
          return time.now + (time.set ?? 0);
        },
        freeExpired: async (_now, ...rest) => slots.freeExpired(await slots.clock(), ...rest),
      },
      isConnected,
      tick: () => time.now,
      leaseMs: TIMES.leaseMs,
      fenceMs,
    });
  };
  const expire = (quotaId: string) =>
    fixture
      .database()
      .query(
        `update budget.slot_lease set expires_at = now() - interval '2 s' where quota_id = $1`,
        [quotaId],
      );
  const free = async (quotaId: string): Promise<number> =>
    (await desk().slots.hold(askOf(quotaId, 3, 'ins_other', { waits: 3 })))?.[0]?.slots ?? 0;
  const lost = async (): Promise<string> => {
    const quotaId = createId('quota');
    await desk().slots.hold(askOf(quotaId, 3, 'ins_gone', { waits: 3 }));
    return quotaId;
  };

  it('come back after their lease and the fence, not before', async () => {
    const time = { now: 0 };
    const sweeps = sweepOf(() => true, time, 5_000);
    const quotaId = await lost();
    for (; time.now < 12_000; time.now += 1_000) await sweeps.sweep();
    expect(await free(quotaId)).toBe(0);
    await expire(quotaId);
    await sweeps.sweep();
    expect(await free(quotaId)).toBe(0);
    await fixture
      .database()
      .query(
        `update budget.slot_lease set expires_at = now() - interval '6 s' where holder = 'ins_gone'`,
        [],
      );
    await sweeps.sweep();
    expect(await free(quotaId)).toBe(3);
  });

  it('stay for a whole lease after anything kept holders from renewing', async () => {
    const time = { now: 0 };
    let isConnected = true;
    const sweeps = sweepOf(() => isConnected, time);
    const freedWhile = async (seconds: number): Promise<number> => {
      let freed = 0;
      for (let i = 0; i < seconds; i++) {
        time.now += 1_000;
        freed += await sweeps.sweep();
      }
      return freed;
    };
    await freedWhile(11);
    isConnected = false;
    await freedWhile(1);
    isConnected = true;
    await expire(await lost());
    expect(await freedWhile(9)).toBe(0);
    expect(await freedWhile(2)).toBe(1);

    // Stopped and continued.
    time.now += 60_000;
    await expire(await lost());
    expect(await freedWhile(9)).toBe(0);
    expect(await freedWhile(3)).toBe(1);
  });

  it.each([3_600_000, -3_600_000])(
    'stay for a whole lease after the clock that they end by was set by %i ms',
    async (ms) => {
      const time = { now: 0, set: 0 };
      const sweeps = sweepOf(() => true, time);
      const freedWhile = async (seconds: number): Promise<number> => {
        let freed = 0;
        for (let i = 0; i < seconds; i++) {
          time.now += 1_000;
          freed += await sweeps.sweep();
        }
        return freed;
      };
      await freedWhile(11);
      await expire(await lost());
      time.set += ms;
      expect(await freedWhile(10)).toBe(0);
      expect(await freedWhile(1)).toBe(1);
    },
  );

  it('do not last longer for a clock that was set back', async () => {
    const { slots } = desk();
    const quotaId = await lost();
    await fixture
      .database()
      .query(
        `update budget.slot_lease set expires_at = now() + interval '1 hour' where quota_id = $1`,
        [quotaId],
      );
    await slots.freeExpired(await slots.clock(), 0, 100);
    const [row] = await fixture
      .database()
      .query(
        `select expires_at <= now() + interval '10 s' as "isSoon" from budget.slot_lease where quota_id = $1`,
        [quotaId],
      );
    expect(row).toEqual({ isSoon: true });
  });

  it('forget quotas that nobody has slots of', async () => {
    const quotaId = await lost();
    await desk().slots.hold(askOf(quotaId, 3, 'ins_gone'));
    await desk().slots.purgeQuotas(1_000);
    const rows = await fixture
      .database()
      .query('select from budget.slot_quota where quota_id = $1', [quotaId]);
    expect(rows).toEqual([]);
  });

  it('stay while Postgres is away, and for a lease after it is back', async () => {
    const time = { now: 0 };
    const sweeps = sweepOf(() => true, time);
    for (let i = 0; i < 12; i++) {
      time.now += 1_000;
      await sweeps.sweep();
    }
    const quotaId = await lost();
    await expire(quotaId);
    fixture.killPostgres();
    const failed = await desk()
      .lend.hold(askOf(quotaId, 3, 'ins_other', { waits: 1 }))
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(LedgerUnavailableError);
    time.now += 1_000;
    await expect(sweeps.sweep()).rejects.toBeInstanceOf(LedgerUnavailableError);
    await fixture.restartPostgres();
    const deadline = Date.now() + 20_000;
    let isBack = false;
    while (!isBack) {
      if (Date.now() > deadline) throw new Error('Postgres did not come back in time');
      isBack = await free(quotaId).then(
        () => true,
        () => false,
      );
    }
    time.now += 1_000;
    expect(await sweeps.sweep()).toBe(0);
    let freed = 0;
    for (let i = 0; i < 10; i++) {
      time.now += 1_000;
      freed += await sweeps.sweep();
    }
    expect(freed).toBe(1);
  }, 60_000);
});
