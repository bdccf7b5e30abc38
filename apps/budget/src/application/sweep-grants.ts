import type { Ledger } from './ledger.ts';

/** How far the settlement consumer is: the stream's last sequence, and the one up to which all is booked. */
export interface SettlementProgress {
  readonly lastSequence: number;
  readonly ackFloor: number;
}

export interface SweepOptions {
  readonly ledger: Ledger;
  /** Throws while NATS is away. */
  readonly progress: () => Promise<SettlementProgress>;
  readonly now: () => number;
  /** After its end no call that drew on a grant is under way any more; milliseconds. */
  readonly longestCallMs: number;
  /** A grant is fenced this long after it expired, so that clocks may differ a little; milliseconds. */
  readonly fenceMs: number;
  /** After NATS was away, spools drain this long before a stamp is believed; milliseconds. */
  readonly spoolDrainMs: number;
  /** Closed grants and ended minute and hour windows are kept this long; milliseconds. */
  readonly keepMs: number;
}

export interface SweepCounts {
  readonly expired: number;
  readonly closed: number;
  readonly purged: number;
}

const PURGE_EVERY_MS = 10_000;

/**
 * Ends grants that nobody returned. First they are fenced. Once the longest call that could have drawn on them is over,
 * the stream's last sequence is noted: all their records stand before it. Once settlement has passed it, what they still
 * hold is released. Every step rests on facts that stay true, so a sweeper that was stopped half-way does no harm.
 */
export class SweepGrants {
  private unsureUntil = 0;
  private purgeAt = 0;

  constructor(private readonly options: SweepOptions) {}

  async sweep(): Promise<SweepCounts> {
    const { ledger, fenceMs } = this.options;
    const now = this.options.now();
    const expired = await ledger.expireGrants(now - fenceMs, now);
    const progress = await this.progress(now);
    const closed = progress ? await this.close(now, progress) : 0;
    return { expired, closed, purged: await this.purge(now) };
  }

  private async purge(now: number): Promise<number> {
    if (now < this.purgeAt) return 0;
    this.purgeAt = now + PURGE_EVERY_MS;
    return this.options.ledger.purge(now - this.options.keepMs);
  }

  private async close(now: number, progress: SettlementProgress): Promise<number> {
    const { ledger, longestCallMs } = this.options;
    if (now >= this.unsureUntil) {
      await ledger.stampGrants(now - longestCallMs, progress.lastSequence);
    }
    return ledger.closeGrants(progress.ackFloor);
  }

  private async progress(now: number): Promise<SettlementProgress | undefined> {
    try {
      return await this.options.progress();
    } catch {
      this.unsureUntil = now + this.options.spoolDrainMs;
      return undefined;
    }
  }
}
