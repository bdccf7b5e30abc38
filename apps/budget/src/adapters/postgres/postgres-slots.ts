import type { SlotLedger } from '../../application/slot-ledger.ts';
import type { HeldQuota, HoldCommand, SlotTimes } from '../../domain/slot-model.ts';
import type { Database } from './database.ts';
import { serverClock } from './server-clock.ts';

/** Leases of slots in Postgres. The statements stand in `migrations/sql/slots.ts`. */
export class PostgresSlots implements SlotLedger {
  constructor(
    private readonly database: Database,
    private readonly times: SlotTimes,
  ) {}

  async hold(command: HoldCommand): Promise<readonly HeldQuota[] | null> {
    const { holder, sequence, quotas, waiting } = command;
    const [row] = await this.database.query<{ held: readonly HeldQuota[] | null }>(
      'select budget.hold_slots($1, $2, $3, $4, $5, $6) as held',
      [
        holder,
        sequence,
        JSON.stringify(quotas),
        JSON.stringify(waiting),
        this.times.leaseMs,
        this.times.freshMs,
      ],
    );
    if (!row) throw new Error('budget.hold_slots answered nothing');
    if (row.held === null) return null;
    const byId = new Map(row.held.map((held) => [held.quotaId, held]));
    return quotas.flatMap(({ quotaId }) => byId.get(quotaId) ?? []);
  }

  clock(): Promise<number> {
    return serverClock(this.database);
  }

  freeExpired(now: number, fenceMs: number, most: number): Promise<number> {
    const { leaseMs } = this.times;
    return this.count('select budget.free_slots($1, $2, $3, to_timestamp($4 / 1000.0)) as n', [
      fenceMs,
      leaseMs,
      most,
      now,
    ]);
  }

  purgeQuotas(most: number): Promise<number> {
    return this.count(
      `with gone as (delete from budget.slot_quota where quota_id in (
         select quota_id from budget.slot_quota q
         where not exists (select from budget.slot_lease l where l.quota_id = q.quota_id)
         limit $1 for update skip locked) returning 1)
       select count(*)::integer as n from gone`,
      [most],
    );
  }

  private async count(text: string, values: readonly unknown[]): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(text, values);
    return row?.n ?? 0;
  }
}
