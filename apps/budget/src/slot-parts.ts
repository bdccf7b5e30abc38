import { slotsFreed, slotsRecalled } from '@tollgate/contracts';
import type { Messaging } from '@tollgate/messaging';
import type { Telemetry } from '@tollgate/telemetry';
import type { Database } from './adapters/postgres/database.ts';
import { PostgresSlots } from './adapters/postgres/postgres-slots.ts';
import { SlotMetrics } from './adapters/slot-metrics.ts';
import { Sweeper } from './adapters/sweeper.ts';
import { LendSlots } from './application/lend-slots.ts';
import { SweepSlots } from './application/sweep-slots.ts';
import type { BudgetSettings } from './budget.config.ts';

/** Longer than gateways take to ask again while they wait. */
const FRESH_MS = 500;

/** What lends slots, wired and not yet started. */
export function createSlotParts(
  settings: BudgetSettings,
  { bus }: Pick<Messaging, 'bus'>,
  { log, metrics: registry }: Telemetry,
  databases: { readonly asks: Database; readonly sweeps: Database },
) {
  const leaseMs = settings.TOLLGATE_SLOT_LEASE_MS;
  const times = { leaseMs, freshMs: FRESH_MS };
  const tick = (): number => performance.now();
  const metrics = new SlotMetrics(registry);
  const lend = new LendSlots({
    ledger: new PostgresSlots(databases.asks, times),
    recall: (quotas) => bus.broadcast(slotsRecalled, { quotas, at: Date.now() }),
    freed: (quotaIds) => bus.broadcast(slotsFreed, { quotaIds, at: Date.now() }),
    tick,
    leaseMs,
    mostPending: 5_000,
  });
  const sweeper = new Sweeper({
    sweeps: new SweepSlots({
      ledger: new PostgresSlots(databases.sweeps, times),
      isConnected: () => bus.isConnected(),
      tick,
      leaseMs,
      fenceMs: settings.TOLLGATE_SLOT_FENCE_MS,
    }),
    everyMs: 1_000,
    onSwept: (freed) => metrics.freed.inc(freed),
    onError: (error) => log.warn({ err: error }, 'slots could not be swept'),
  });
  return { lend, sweeper, metrics };
}

export type SlotParts = ReturnType<typeof createSlotParts>;
