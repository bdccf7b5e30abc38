import type { HeldQuota, HoldCommand } from '../domain/slot-model.ts';

/** Leases of slots. Every method is one transaction, and fails with `LedgerUnavailableError` when the database is away. */
export interface SlotLedger {
  /** What became of each quota; null where a later command of the holder was there before. */
  hold(command: HoldCommand): Promise<readonly HeldQuota[] | null>;
  /** What the clock shows that leases end by, milliseconds since the epoch. */
  clock(): Promise<number>;
  /** Frees leases that were over that long before `now` of that clock; answers how many. */
  freeExpired(now: number, fenceMs: number, most: number): Promise<number>;
  /** Forgets quotas that nobody has slots of; answers how many. */
  purgeQuotas(most: number): Promise<number>;
}
