/** Draws a second, smoothed over about a second. */
export class DrawRate {
  private perSecond = 0;
  private sinceTick = 0;

  constructor(private tickedAt: number) {}

  count(): void {
    this.sinceTick++;
  }

  tick(nowMs: number): void {
    const seconds = (nowMs - this.tickedAt) / 1_000;
    if (seconds <= 0) return;
    this.perSecond += (this.sinceTick / seconds - this.perSecond) * Math.min(1, seconds);
    this.sinceTick = 0;
    this.tickedAt = nowMs;
  }

  /** Between ticks draws may be few: half a second at least is looked at. */
  at(nowMs: number): number {
    const seconds = Math.max(0.5, (nowMs - this.tickedAt) / 1_000);
    return Math.max(this.perSecond, this.sinceTick / seconds);
  }
}
