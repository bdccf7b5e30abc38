import { headers } from '@nats-io/transport-node';
import type { Timed } from '../bus/deadlines.ts';
import type { CarrierParts } from '../nats/carrier-parts.ts';
import type { Receiver } from '../nats/inbox.ts';
import { isNoResponder, type LinkMessage } from '../nats/link.ts';
import { asBuffer } from '../wire/frame.ts';

/** What became of a publish. Only `stored` is sure; after `lost` the message may be there all the same. */
export type PublishOutcome =
  | { readonly kind: 'stored' }
  /** The stream holds as much as it may. */
  | { readonly kind: 'full'; readonly text: string }
  /** No stream takes the subject: not made yet, or the server is still starting. */
  | { readonly kind: 'missing'; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'lost'; readonly text: string };

const FULL_CODES = new Set([
  10_047, // the server's storage
  10_077, // max_bytes of the stream
  10_122, // messages in flight
  10_167, // the stream's ingest queue
]);
const MESSAGE_ID = 'Nats-Msg-Id';

/** Publishes to JetStream, with the acknowledgement in the process's own inbox. */
export class StreamPublisher {
  constructor(
    private readonly parts: CarrierParts,
    private readonly ackWaitMs: number,
  ) {}

  isConnected(): boolean {
    return this.parts.link.isConnected();
  }

  /** Never rejects. @param id the server drops what it has seen under this id lately */
  publish(
    subject: string,
    payload: Uint8Array,
    id: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<PublishOutcome> {
    if (!this.isConnected()) return Promise.resolve({ kind: 'lost', text: 'NATS is away' });
    return new Promise((resolve) => {
      const waiting = new WaitingAck(this.parts, Date.now() + this.ackWaitMs, resolve);
      const named = headers();
      named.set(MESSAGE_ID, id);
      for (const [name, value] of Object.entries(more)) named.set(name, value);
      try {
        this.parts.link.publish(subject, payload, waiting.subject, named);
      } catch (thrown) {
        waiting.settle({ kind: 'refused', text: String(thrown) });
      }
    });
  }
}

class WaitingAck implements Receiver, Timed {
  readonly subject: string;
  private readonly token: string;

  constructor(
    private readonly parts: CarrierParts,
    readonly deadlineAt: number,
    private readonly resolve: (outcome: PublishOutcome) => void,
  ) {
    this.token = parts.inbox.open(this);
    this.subject = parts.inbox.subjectOf(this.token);
    parts.deadlines.add(this);
  }

  receive(message: LinkMessage): void {
    if (isNoResponder(message)) this.settle({ kind: 'missing', text: 'no stream answered' });
    else this.settle(readAck(message.data));
  }

  disconnected(): void {
    this.settle({ kind: 'lost', text: 'NATS went away' });
  }

  expire(): void {
    this.settle({ kind: 'lost', text: 'no acknowledgement in time' });
  }

  settle(outcome: PublishOutcome): void {
    this.parts.inbox.close(this.token);
    this.parts.deadlines.remove(this);
    this.resolve(outcome);
  }
}

/** Reads JetStream's answer to a publish. */
export function readAck(data: Uint8Array): PublishOutcome {
  try {
    const ack: {
      error?: { code?: number; err_code?: number; description?: string };
      seq?: number;
    } = JSON.parse(asBuffer(data).toString('utf8'));
    if (ack.error === undefined)
      return typeof ack.seq === 'number' ? { kind: 'stored' } : { kind: 'lost', text: 'no ack' };
    const text = ack.error.description ?? 'refused';
    if (FULL_CODES.has(ack.error.err_code ?? 0)) return { kind: 'full', text };
    return { kind: ack.error.code === 503 ? 'missing' : 'refused', text };
  } catch {
    return { kind: 'lost', text: 'the acknowledgement was not understood' };
  }
}
