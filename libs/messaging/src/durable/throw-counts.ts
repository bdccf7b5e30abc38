/** Throws after which messages are handed out one at a time, to find the one at fault. */
export const THROWS_BEFORE_SINGLES = 5;

/** Throws after which a message on its own may be parked. */
export const THROWS_BEFORE_DEAD = 7;

const MOST_TRACKED = 16_384;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;

interface Throws {
  count: number;
  /** Successes of the handler before the first of these throws. */
  readonly successesBefore: number;
}

/** How often the handler threw over each message, in this process. Bounded: the oldest is forgotten first. */
export class ThrowCounts {
  private readonly throws = new Map<number, Throws>();
  private successes = 0;

  of(sequence: number): number {
    return this.throws.get(sequence)?.count ?? 0;
  }

  /** Counts a throw and answers how often there was one. */
  raise(sequence: number): number {
    const known = this.throws.get(sequence) ?? { count: 0, successesBefore: this.successes };
    known.count++;
    this.throws.delete(sequence);
    this.throws.set(sequence, known);
    const [oldest] = this.throws.keys();
    if (this.throws.size > MOST_TRACKED && oldest !== undefined) this.throws.delete(oldest);
    return known.count;
  }

  succeeded(sequence: number): void {
    this.successes++;
    this.throws.delete(sequence);
  }

  /**
   * Whether the message is at fault: it threw often enough on its own, while others went through. A handler that
   * throws at everything is in trouble itself, and parking what it cannot take would empty the stream.
   */
  isPoison(sequence: number): boolean {
    const known = this.throws.get(sequence);
    if (known === undefined || known.count < THROWS_BEFORE_DEAD) return false;
    return this.successes > known.successesBefore;
  }

  forget(sequence: number): void {
    this.throws.delete(sequence);
  }
}

/** How long to wait before the next delivery, milliseconds. */
export function waitAfterThrows(count: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (count - 1));
}
