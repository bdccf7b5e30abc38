import type { Subscription } from '@nats-io/transport-node';
import type { EventMessage } from '@tollgate/contracts';
import type { LocalHandlers } from '../bus/handlers.ts';
import { FrameKind, FrameReader, frame } from '../wire/frame.ts';
import type { CarrierParts } from './carrier-parts.ts';
import type { LinkMessage } from './link.ts';
import { Lane } from './outbox.ts';

interface EventFrameHeader {
  /** The sending instance: it has told its own listeners already. */
  readonly from: string;
  readonly e: unknown;
}

/** Facts to and from other processes. */
export class Broadcasts {
  private readonly subscriptions = new Map<string, { count: number; subscription: Subscription }>();

  constructor(
    private readonly parts: CarrierParts,
    private readonly instanceId: string,
    private readonly handlers: LocalHandlers,
    private readonly deliver: (message: EventMessage<unknown>, event: unknown) => void,
  ) {}

  send(subject: string, event: unknown): void {
    const header: EventFrameHeader = { from: this.instanceId, e: event };
    new Lane(this.parts.outbox, subject).send(frame(FrameKind.event, JSON.stringify(header)));
  }

  /** One subscription for a subject, however many listeners there are. */
  listen(subject: string): void {
    const known = this.subscriptions.get(subject);
    if (known !== undefined) {
      known.count++;
      return;
    }
    const subscription = this.parts.link.subscribe(subject, (message) =>
      this.receive(subject, message),
    );
    this.subscriptions.set(subject, { count: 1, subscription });
  }

  unlisten(subject: string): void {
    const known = this.subscriptions.get(subject);
    if (known === undefined || --known.count > 0) return;
    this.subscriptions.delete(subject);
    known.subscription.unsubscribe();
  }

  private receive(subject: string, incoming: LinkMessage): void {
    const [route] = this.handlers.eventRoutes(subject);
    const reader = new FrameReader(incoming.data);
    if (route === undefined || !reader.advance() || reader.kind !== FrameKind.event) return;
    const header = reader.header();
    if (!isEventFrameHeader(header) || header.from === this.instanceId) return;
    const event = route.message.event.safeParse(header.e);
    if (event.success) this.deliver(route.message, event.data);
    else this.parts.log.warn({ subject, error: event.error.message }, 'an event does not fit');
  }
}

function isEventFrameHeader(value: unknown): value is EventFrameHeader {
  return typeof value === 'object' && value !== null && 'from' in value && 'e' in value;
}
