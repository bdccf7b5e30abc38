/** Ids for the calls of one answer: Google's own where it gives one, else made from a seed and the order. */
export class CallIdMaker {
  private readonly used = new Set<string>();
  private count = 0;

  /** @param seed differs from answer to answer of one conversation */
  constructor(private readonly seed: string) {}

  idOf(given: unknown): string {
    const own = typeof given === 'string' && given !== '' && !this.used.has(given);
    let id = own ? given : this.next();
    while (!own && this.used.has(id)) id = this.next();
    this.used.add(id);
    return id;
  }

  private next(): string {
    return `call_${this.seed}_${this.count++}`;
  }
}
