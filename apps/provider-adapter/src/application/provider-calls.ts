import { failure } from '@tollgate/contracts';
import type { CallParts, ClientCall } from './call-parts.ts';
import { ProviderCall, type WhenDone } from './provider-call.ts';
import type { UpstreamAttempt } from './upstream-attempt.ts';

const SWEEP_MS = 50;
/** Between two sweeps: after that, this process stood still (stopped, or its machine asleep). */
const STOOD_STILL_MS = 500;
/** How long a finished answer's connection may take to end its body before it is closed. */
const LINGER_MS = 2_000;

export interface ProviderCallsOptions extends CallParts {
  /** More than these are refused. */
  readonly maxOpenCalls: number;
}

/** All calls that are open in this process, under one coarse timer. */
export class ProviderCalls {
  private readonly open = new Set<ProviderCall>();
  private readonly lingering = new Map<UpstreamAttempt, number>();
  private readonly whenDone: WhenDone = (call, attempt) => this.forget(call, attempt);
  private timer: NodeJS.Timeout | undefined;
  private sweptAt = 0;
  private isStopped = false;
  private whenIdle: (() => void) | undefined;

  constructor(private readonly options: ProviderCallsOptions) {}

  /** Serves one call of the bus. Never throws. */
  take(call: ClientCall): void {
    if (this.isStopped) return call.fail(failure('gateway.draining'));
    if (this.open.size >= this.options.maxOpenCalls)
      return call.fail(failure('gateway.overloaded'));
    const serving = new ProviderCall(call, this.options, this.whenDone);
    this.open.add(serving);
    this.options.metrics.opened();
    if (this.timer === undefined) this.startTimer();
    this.guard(serving, () => serving.start());
  }

  size(): number {
    return this.open.size;
  }

  /**
   * Lets open calls go on for a while, then ends them with a failure in-band and takes no more. Whoever calls this has
   * taken the service off the bus, so that no new ones come.
   */
  async drain(graceMs: number): Promise<void> {
    if (this.open.size > 0) {
      let late: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.whenIdle = resolve;
        late = setTimeout(() => {
          this.isStopped = true;
          for (const call of [...this.open]) call.stop();
        }, graceMs);
      });
      clearTimeout(late);
    }
    this.stopTimer();
    for (const attempt of this.lingering.keys()) attempt.abort();
    this.lingering.clear();
  }

  private sweep(): void {
    const now = this.options.clock.monotonicMs();
    const hasStoodStill = now - this.sweptAt > STOOD_STILL_MS;
    this.sweptAt = now;
    // Answers may have arrived meanwhile, whole and paid for: they are read before anybody is called late.
    if (hasStoodStill) return;
    for (const call of this.open) this.guard(call, () => call.sweep(now));
    for (const [attempt, until] of this.lingering) {
      if (attempt.lingers() && now < until) continue;
      attempt.abort();
      this.lingering.delete(attempt);
    }
    if (this.open.size === 0 && this.lingering.size === 0) this.stopTimer();
  }

  /** A bug in one call must end neither the process nor the sweep of the others. */
  private guard(call: ProviderCall, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.options.onBug(error);
      call.abandon();
    }
  }

  private forget(call: ProviderCall, attempt: UpstreamAttempt | null): void {
    this.open.delete(call);
    if (attempt) this.lingering.set(attempt, this.options.clock.monotonicMs() + LINGER_MS);
    if (this.open.size === 0) this.whenIdle?.();
  }

  private startTimer(): void {
    this.sweptAt = this.options.clock.monotonicMs();
    this.timer = setInterval(() => this.sweep(), SWEEP_MS);
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
