/** What JetStream says of a delivered message in its reply subject. */
export interface Delivery {
  /** Place in the stream. */
  readonly sequence: number;
  /** 1 for the first delivery. */
  readonly delivered: number;
  /** When the stream took it, milliseconds since the epoch, by the server's clock. */
  readonly storedAt: number;
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<delivered>.<sequence>.<consumer's sequence>.<time>.<pending>`, or the newer form with domain and account before the
 * stream. Undefined for anything else. See https://docs.nats.io/reference/reference-protocols/nats_api_reference (2026-11).
 */
export function readAckSubject(subject: string): Delivery | undefined {
  const tokens = subject.split('.');
  if (tokens[0] !== '$JS' || tokens[1] !== 'ACK' || tokens.length < 9) return undefined;
  const at = tokens.length >= 11 ? 6 : 4;
  const delivered = Number(tokens[at]);
  const sequence = Number(tokens[at + 1]);
  // Nanoseconds, more than a number holds exactly.
  const storedAt = Math.floor(Number(tokens[at + 3]) / 1_000_000);
  const numbers = [delivered, sequence, storedAt];
  return numbers.every(Number.isSafeInteger) ? { sequence, delivered, storedAt } : undefined;
}
