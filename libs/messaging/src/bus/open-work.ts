/** Counts the calls and requests that a service has in hand, so that it can be drained. */
export class OpenWork {
  private count = 0;
  private waiting: (() => void)[] = [];

  enter(): void {
    this.count++;
  }

  leave(): void {
    this.count--;
    if (this.count > 0 || this.waiting.length === 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const wake of waiting) wake();
  }

  size(): number {
    return this.count;
  }

  /** True once nothing is open; false when that took longer. */
  async idleWithin(graceMs: number): Promise<boolean> {
    if (this.count === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), graceMs);
    });
    const idle = new Promise<true>((resolve) => this.waiting.push(() => resolve(true)));
    const wasIdle = await Promise.race([idle, late]);
    clearTimeout(timer);
    return wasIdle;
  }
}
