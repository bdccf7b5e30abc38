/** Says when an owner's room is to be trimmed: at the first of its values that this process keeps, and every so many after. */
export class TrimTurns {
  private readonly counts = new Map<string, number>();

  /** @param every up to so many values more than may be are there for each process, until it trims */
  constructor(
    private readonly every: number,
    private readonly maxNames = 10_000,
  ) {}

  isDue(name: string): boolean {
    const count = this.counts.get(name) ?? 0;
    if (count === 0 && this.counts.size >= this.maxNames) this.forgetOldest();
    this.counts.set(name, (count + 1) % this.every);
    return count === 0;
  }

  /** Who is forgotten is trimmed at its next value. */
  private forgetOldest(): void {
    const [oldest] = this.counts.keys();
    if (oldest !== undefined) this.counts.delete(oldest);
  }
}
