/** The most that a chunk's wrapping (ids, model, fingerprint) is taken to be, in bytes. */
const LARGEST_WRAPPING = 400;

/**
 * Counts what was relayed, for an estimate when the provider never says. A chunk is at least one token; bytes beyond
 * the wrapping, which the smallest chunk shows, are about four to a token.
 */
export class RelayedContent {
  private events = 0;
  private bytes = 0;
  private smallest = LARGEST_WRAPPING;

  /** @param size of one event in bytes */
  note(size: number): void {
    this.events++;
    this.bytes += size;
    if (size < this.smallest) this.smallest = size;
  }

  estimateTokens(): number {
    const content = this.bytes - this.events * this.smallest;
    return Math.max(this.events, Math.ceil(content / 4));
  }
}
