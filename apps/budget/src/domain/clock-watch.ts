/** What two clocks of this process and that of the database show, read one after the other. Milliseconds. */
export interface ClockReading {
  /** Since the epoch, before and after the database was asked. */
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Since the epoch, as the database has it. */
  readonly serverMs: number;
  /** Of the clock that nobody sets. */
  readonly monotonicMs: number;
}

export interface ClockWatchLimits {
  /** A clock that gained more than this between two readings was set forward. */
  readonly jumpMs: number;
  /** Two clocks that are further apart than this disagree. */
  readonly skewMs: number;
  /** How long a clock that was set forward is doubted. */
  readonly doubtMs: number;
}

/**
 * Says whether what is old by this process's clock is old. It is not where the clock was set forward not long ago, nor
 * where it and the database's differ: then somebody's is wrong, and nothing may be let go that others may still use. A
 * clock that was set back makes things younger, which does no harm.
 */
export class ClockWatch {
  private offsetMs: number | undefined;
  private doubtedUntil = Number.NEGATIVE_INFINITY;

  constructor(private readonly limits: ClockWatchLimits) {}

  /** Null where it can be trusted, else why not, for people. */
  doubt({ beforeMs, afterMs, serverMs, monotonicMs }: ClockReading): string | null {
    const { jumpMs, skewMs, doubtMs } = this.limits;
    const offsetMs = afterMs - monotonicMs;
    const gainedMs = offsetMs - (this.offsetMs ?? offsetMs);
    this.offsetMs = offsetMs;
    if (gainedMs > jumpMs) this.doubtedUntil = monotonicMs + doubtMs;
    if (serverMs < beforeMs - skewMs || serverMs > afterMs + skewMs)
      return "this clock and the database's differ";
    return monotonicMs < this.doubtedUntil ? 'this clock was set forward' : null;
  }
}
