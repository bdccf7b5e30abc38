import type { HeldQuota, HoldCommand } from '../domain/slot-model.ts';

/** Leases of slots. Every method is one transaction, and fails with `LedgerUnavailableError` when the database is away. */
export interface SlotLedger {
  /** What became of each quota; null where a later command of the holder was there before. */
  hold(command: HoldCommand): Promise<readonly HeldQuota[] | null>;
  /**
   * Frees leases that were over that long ago by the database's own clock; answers how many. With `most` 0 it only finds
   * out whether the database is there.
   */
  freeExpired(fenceMs: number, most: number): Promise<number>;
  /** Forgets quotas that nobody has slots of; answers how many. */
  purgeQuotas(most: number): Promise<number>;
}
