import fc from 'fast-check';
import {
  freeExpired,
  type HeldQuota,
  type HoldCommand,
  holdSlots,
  type SlotState,
} from '../src/domain/slot-model.ts';
import { useLedger } from './ledger-fixture.ts';
import { FENCE_MS, moves, SlotHolders, TIMES } from './slot-scenarios.ts';

const fixture = useLedger();

/** As `PostgresSlots` does, at a time that the test says. */
async function hold({ holder, sequence, quotas, waiting }: HoldCommand, now: number) {
  const [row] = await fixture
    .database()
    .query<{ held: HeldQuota[] | null }>(
      'select budget.hold_slots($1, $2, $3, $4, $5, $6, to_timestamp($7 / 1000.0)) as held',
      [
        holder,
        sequence,
        JSON.stringify(quotas),
        JSON.stringify(waiting),
        TIMES.leaseMs,
        TIMES.freshMs,
        now,
      ],
    );
  return row?.held ?? null;
}

async function stated(): Promise<readonly string[]> {
  const rows = await fixture.database().query<{ text: string }>(
    `select concat_ws(' ', quota_id, holder, slots, wanted, sequence, extract(epoch from told_at) * 1000,
              extract(epoch from expires_at) * 1000,
              coalesce((extract(epoch from waiting_since) * 1000)::numeric(20)::text, '-')) as text
     from budget.slot_lease order by quota_id, holder`,
    [],
  );
  return rows.map(({ text }) => text.replaceAll(/\.0+\b/g, ''));
}

function modelled(state: SlotState): readonly string[] {
  return [...state]
    .flatMap(([quotaId, leases]) =>
      [...leases].map(([holder, { slots, wanted, sequence, toldAt, expiresAt, waitingSince }]) =>
        [quotaId, holder, slots, wanted, sequence, toldAt, expiresAt, waitingSince ?? '-'].join(
          ' ',
        ),
      ),
    )
    .sort();
}

const byId = (held: readonly HeldQuota[] | null) =>
  held && [...held].sort((a, b) => (a.quotaId < b.quotaId ? -1 : 1));

describe('budget.hold_slots and budget.free_slots', () => {
  it('do what the model does, whatever holders do, and whatever arrives late or twice', async () => {
    await fc.assert(
      fc.asyncProperty(moves, async (all) => {
        await fixture.database().query('truncate budget.slot_lease, budget.slot_quota', []);
        const holders = new SlotHolders();
        let state: SlotState = new Map();
        for (const one of all) {
          const { command, hear } = holders.next(one);
          if (command.kind === 'free') {
            state = freeExpired(state, command.now - FENCE_MS);
            await fixture
              .database()
              .query('select budget.free_slots($1, $2, 1000, to_timestamp($3 / 1000.0))', [
                FENCE_MS,
                TIMES.leaseMs,
                command.now,
              ]);
          } else {
            const expected = holdSlots(state, command.command, command.now, TIMES);
            const held = await hold(command.command, command.now);
            expect(byId(held)).toEqual(byId(expected.held));
            state = expected.state;
            hear(held);
          }
          expect(await stated()).toEqual(modelled(state));
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
