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
/** A clock that gained or lost more than this between two sweeps was set. */
const JUMP_MS = 1_000;
const SWEEP = 10_000;
const PURGE_EVERY_MS = 5_000;

/**
 * Frees the slots of holders that are gone. Who could not renew because budget, Postgres or NATS was away is not gone, nor
 * is anybody because the database's clock was set forward: after such a break nothing is freed until everybody has had a
 * whole lease's time to renew.
 */
export class SweepSlots {
  private sureFrom: number;
  private lastAt: number;
  /** The database's clock less ours, which nobody sets. */
  private offsetMs: number | undefined;
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
    try {
      const clock = await ledger.clock();
      if (this.wasSet(clock)) this.doubt(now);
      await this.purge(now);
      return now < this.sureFrom ? 0 : await ledger.freeExpired(clock, fenceMs, SWEEP);
    } catch (error) {
      this.doubt(tick());
      throw error;
    } finally {
      this.lastAt = tick();
    }
  }

  private async purge(now: number): Promise<void> {
    if (now < this.purgeAt) return;
    this.purgeAt = now + PURGE_EVERY_MS;
    await this.options.ledger.purgeQuotas(SWEEP);
  }

  private wasSet(clock: number): boolean {
    const offsetMs = clock - this.options.tick();
    const gainedMs = offsetMs - (this.offsetMs ?? offsetMs);
    this.offsetMs = offsetMs;
    return Math.abs(gainedMs) > JUMP_MS;
  }

  private doubt(now: number): void {
    this.sureFrom = now + this.options.leaseMs;
  }
}
