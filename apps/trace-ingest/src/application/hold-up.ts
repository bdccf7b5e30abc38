import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const TICK_MS = 500;

/**
 * Notices when this process stood still (stopped, or its machine asleep) for so long that messages in hand may have been
 * given to somebody else meanwhile.
 */
export class StallWatch {
  private lastTick = performance.now();
  private stalls = 0;
  private readonly timer: NodeJS.Timeout;

  /** @param toleranceMs a longer silence is a stall */
  constructor(private readonly toleranceMs: number) {
    this.timer = setInterval(() => this.look(), TICK_MS).unref();
  }

  /** How many stalls there have been. */
  count(): number {
    this.look();
    return this.stalls;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = performance.now();
    if (now - this.lastTick > this.toleranceMs) this.stalls++;
    this.lastTick = now;
  }
}

/** The time that one batch is held while its store is away: pauses that grow, and whether the batch is still ours. */
export class HoldUp {
  private pauseMs = FIRST_PAUSE_MS;
  private readonly stallsBefore: number;

  constructor(
    private readonly signal: AbortSignal,
    private readonly watch: StallWatch,
  ) {
    this.stallsBefore = watch.count();
  }

  isOurs(): boolean {
    return this.watch.count() === this.stallsBefore;
  }

  /** False when there is no time left. */
  async pause(): Promise<boolean> {
    if (this.signal.aborted) return false;
    await sleep(this.pauseMs, undefined, { signal: this.signal }).catch(() => undefined);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
    return !this.signal.aborted;
  }
}
