import type { SlotLedger } from './slot-ledger.ts';

export interface SweepSlotsOptions {
  readonly ledger: SlotLedger;
  /** Whether gateways can reach budget. */
  readonly isConnected: () => boolean;
  /** Monotonic milliseconds. */
  readonly tick: () => number;
  readonly leaseMs: number;
  /** Leases are freed this long after their end: by then nobody works for the holder any more. Milliseconds. */
  readonly fenceMs: number;
}

/** Sweeps come every second. After a longer pause this process was stopped, and nobody could renew here. */
const GAP_MS = 3_000;
const SWEEP = 500;
const PURGE_EVERY_MS = 10_000;

/**
 * Frees the slots of holders that are gone. Who could not renew because budget, Postgres or NATS was away is not gone: after
 * such a break nothing is freed until everybody has had a whole lease's time to renew.
 */
export class SweepSlots {
  private sureFrom: number;
  private lastAt: number;
  private purgeAt = 0;

  constructor(private readonly options: SweepSlotsOptions) {
    this.lastAt = options.tick();
    this.sureFrom = this.lastAt + options.leaseMs;
  }

  /** Answers how many leases it freed. */
  async sweep(): Promise<number> {
    const { ledger, isConnected, tick, fenceMs } = this.options;
    const now = tick();
    if (!isConnected() || now - this.lastAt > GAP_MS) this.doubt(now);
    this.lastAt = now;
    try {
      const freed = await ledger.freeExpired(fenceMs, now < this.sureFrom ? 0 : SWEEP);
      if (now >= this.purgeAt) {
        this.purgeAt = now + PURGE_EVERY_MS;
        await ledger.purgeQuotas(SWEEP);
      }
      return freed;
    } catch (error) {
      this.doubt(tick());
      throw error;
    } finally {
      this.lastAt = tick();
    }
  }

  private doubt(now: number): void {
    this.sureFrom = now + this.options.leaseMs;
  }
}
