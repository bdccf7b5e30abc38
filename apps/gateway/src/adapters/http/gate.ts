import { type Failure, failure } from '@tollgate/contracts';

const RETRY_MS = 1_000;

/** Counts the requests inside, and turns others away when there are too many or the gateway is leaving. */
export class Gate {
  private inside = 0;
  private isLeaving = false;
  private onEmpty: (() => void) | null = null;

  constructor(private readonly maxInside: number) {}

  get inFlight(): number {
    return this.inside;
  }

  get isClosing(): boolean {
    return this.isLeaving;
  }

  /** Null: come in, and call `leave` once at the end. */
  enter(): Failure | null {
    if (this.isLeaving) return failure('gateway.draining', { retryAfterMs: RETRY_MS });
    if (this.inside >= this.maxInside) {
      return failure('gateway.overloaded', { retryAfterMs: RETRY_MS });
    }
    this.inside++;
    return null;
  }

  leave(): void {
    this.inside--;
    if (this.inside === 0) this.onEmpty?.();
  }

  /** Lets nobody in any more. */
  close(): void {
    this.isLeaving = true;
  }

  /** Resolves when all have left, or after that many milliseconds; answers whether all have. */
  async emptied(withinMs: number): Promise<boolean> {
    if (this.inside === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.onEmpty = resolve;
      timer = setTimeout(resolve, withinMs);
    });
    clearTimeout(timer);
    this.onEmpty = null;
    return this.inside === 0;
  }
}
