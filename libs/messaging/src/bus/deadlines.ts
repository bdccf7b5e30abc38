import type { OpenWork } from './open-work.ts';

/** Something open that ends at its deadline. */
export interface Timed {
  /** The service that has it in hand, when one of this process has. */
  readonly work?: OpenWork;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  expire(): void;
  /** Called about once a heartbeat tick, for things that watch the other side. */
  pulse?(now: number): void;
  /** The grace of a drain is over: both sides hear of it at once. */
  abandon?(): void;
}

const SWEEP_MS = 25;
const IDLE_SWEEPS = 400;

/** One coarse timer for everything that is open: a timer for each call would cost more than the call. */
export class Deadlines {
  private readonly open = new Set<Timed>();
  private timer: NodeJS.Timeout | undefined;
  private idleSweeps = 0;
  private nextPulseAt = 0;

  constructor(private readonly pulseMs: number) {}

  add(item: Timed): void {
    this.open.add(item);
    if (this.timer === undefined) this.start();
  }

  remove(item: Timed): void {
    this.open.delete(item);
  }

  /** Ends what a service still has in hand. */
  abandon(work: OpenWork): void {
    for (const item of [...this.open]) if (item.work === work) item.abandon?.();
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private start(): void {
    this.idleSweeps = 0;
    this.timer = setInterval(() => this.sweep(Date.now()), SWEEP_MS);
    this.timer.unref();
  }

  private sweep(now: number): void {
    if (this.open.size === 0) {
      if (++this.idleSweeps > IDLE_SWEEPS) this.close();
      return;
    }
    this.idleSweeps = 0;
    const pulses = now >= this.nextPulseAt;
    if (pulses) this.nextPulseAt = now + this.pulseMs;
    for (const item of this.open) {
      if (now >= item.deadlineAt) item.expire();
      else if (pulses) item.pulse?.(now);
    }
  }
}
