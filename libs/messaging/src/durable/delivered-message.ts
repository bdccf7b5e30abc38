import type { DurableMessage } from '../durable.ts';
import type { Link, LinkMessage } from '../nats/link.ts';
import { asBuffer } from '../wire/frame.ts';
import { readAckSubject } from './ack-subject.ts';
import { REPLAY_HEADER } from './batch.ts';
import { ENCODING_HEADER, unpack } from './packing.ts';

const ACK = Buffer.from('+ACK');
const WORKING = Buffer.from('+WPI');
const TERM = Buffer.from('+TERM');

/** A message of a stream in the hands of a consumer. */
export class DeliveredMessage implements DurableMessage {
  private read: readonly string[] | undefined;

  private constructor(
    private readonly link: Link,
    private readonly ackSubject: string,
    readonly subject: string,
    readonly sequence: number,
    readonly redeliveries: number,
    /** How often it was delivered, this time included. */
    readonly deliveries: number,
    /** Milliseconds since the epoch, by the server's clock. */
    readonly storedAt: number,
    readonly bytes: Buffer,
  ) {}

  get lines(): readonly string[] {
    this.read ??= this.bytes.length === 0 ? [] : this.bytes.toString('utf8').split('\n');
    return this.read;
  }

  /** Undefined when it is no message of a stream. */
  static of(link: Link, message: LinkMessage): DeliveredMessage | undefined {
    const delivery = readAckSubject(message.reply ?? '');
    if (delivery === undefined || message.reply === undefined) return undefined;
    const { sequence, delivered, storedAt } = delivery;
    const { headers } = message;
    const encoding = headers?.get(ENCODING_HEADER);
    const bytes = unpack(asBuffer(message.data), encoding === '' ? undefined : encoding);
    return new DeliveredMessage(
      link,
      message.reply,
      message.subject,
      sequence,
      delivered - 1 + (headers?.has(REPLAY_HEADER) ? 1 : 0),
      delivered,
      storedAt,
      bytes,
    );
  }

  done(): void {
    this.link.publish(this.ackSubject, ACK);
  }

  /** Not to be delivered again. */
  drop(): void {
    this.link.publish(this.ackSubject, TERM);
  }

  retry(afterMs: number): void {
    const delay = Math.max(0, Math.round(afterMs)) * 1_000_000;
    this.link.publish(this.ackSubject, Buffer.from(delay > 0 ? `-NAK {"delay":${delay}}` : '-NAK'));
  }

  /** Starts the time until redelivery anew. */
  working(): void {
    this.link.publish(this.ackSubject, WORKING);
  }
}
