import { ClockWatch } from '../domain/clock-watch.ts';
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
  /** Of a clock that nobody sets; milliseconds. */
  readonly monotonicNow: () => number;
  /** What the database's clock shows, milliseconds since the epoch. Throws while it is away. */
  readonly serverNow: () => Promise<number>;
  /** Nothing is released until clocks can be trusted again; told when that begins. */
  readonly onDoubt: (why: string) => void;
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
const CLOCK_JUMP_MS = 1_000;
const CLOCK_SKEW_MS = 5_000;

/**
 * Ends grants that nobody returned. First they are fenced. Once the longest call that could have drawn on them is over,
 * the stream's last sequence is noted: all their records stand before it. Once settlement has passed it, what they still
 * hold is released. Every step rests on facts that stay true, so a sweeper that was stopped half-way does no harm.
 */
export class SweepGrants {
  private unsureUntil = 0;
  private purgeAt = 0;
  private readonly clocks: ClockWatch;
  private doubt: string | null = null;

  constructor(private readonly options: SweepOptions) {
    this.clocks = new ClockWatch({
      jumpMs: CLOCK_JUMP_MS,
      skewMs: CLOCK_SKEW_MS,
      doubtMs: options.longestCallMs,
    });
  }

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
    if ((await this.areClocksTrusted()) && now >= this.unsureUntil) {
      await ledger.stampGrants(now - longestCallMs, progress.lastSequence);
    }
    return ledger.closeGrants(progress.ackFloor, now);
  }

  /** Whether grants that ended long ago by this clock ended long ago. */
  private async areClocksTrusted(): Promise<boolean> {
    const { now, monotonicNow, serverNow, onDoubt } = this.options;
    const beforeMs = now();
    const serverMs = await serverNow();
    const reading = { beforeMs, afterMs: now(), serverMs, monotonicMs: monotonicNow() };
    const doubt = this.clocks.doubt(reading);
    if (doubt !== null && doubt !== this.doubt) onDoubt(doubt);
    this.doubt = doubt;
    return doubt === null;
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
