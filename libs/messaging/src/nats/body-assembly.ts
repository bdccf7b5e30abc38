import { CHUNK_BYTES, CHUNKS_IN_FLIGHT } from '../wire/limits.ts';

/** A body that arrives in chunks. Asks for some at a time, so that no more than a few are on their way at once. */
export class BodyAssembly {
  bytes: Buffer;
  private received: number;
  private inFlight = 0;
  private ungranted: number;

  /**
   * @param first what came with the call
   * @param total length of the whole body
   */
  constructor(
    first: Buffer,
    private readonly total: number,
  ) {
    this.received = first.length;
    this.ungranted = Math.ceil((total - first.length) / CHUNK_BYTES);
    if (total <= first.length) {
      this.bytes = first;
      return;
    }
    this.bytes = Buffer.allocUnsafe(total);
    first.copy(this.bytes);
  }

  isWhole(): boolean {
    return this.received >= this.total;
  }

  /** False when the chunk does not fit: the sender broke its word. */
  take(chunk: Buffer): boolean {
    if (chunk.length === 0 || this.received + chunk.length > this.total) return false;
    chunk.copy(this.bytes, this.received);
    this.received += chunk.length;
    this.inFlight--;
    return true;
  }

  /** How many more chunks to ask for now. */
  grant(): number {
    if (this.inFlight > CHUNKS_IN_FLIGHT / 2) return 0;
    const count = Math.min(CHUNKS_IN_FLIGHT - this.inFlight, this.ungranted);
    this.inFlight += count;
    this.ungranted -= count;
    return count;
  }
}
