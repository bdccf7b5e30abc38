/** The ids stored lately, bounded: the older half is forgotten when the younger half is full. */
export class RecentIds {
  private young = new Set<string>();
  private old = new Set<string>();
  private readonly half: number;

  /** @param capacity at least half of it is remembered */
  constructor(capacity: number) {
    this.half = Math.max(1, Math.ceil(capacity / 2));
  }

  has(id: string): boolean {
    return this.young.has(id) || this.old.has(id);
  }

  add(id: string): void {
    this.young.add(id);
    if (this.young.size < this.half) return;
    this.old = this.young;
    this.young = new Set();
  }

  get size(): number {
    return this.young.size + this.old.size;
  }
}
