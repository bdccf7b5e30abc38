import type {
  EventMessage,
  Failure,
  RequestMessage,
  Result,
  StreamMessage,
} from '@tollgate/contracts';
import type { Bus, CallListener, CallRequest, Envelope, OpenCall } from '../bus.ts';
import { type BusLog, errorText } from '../log.ts';
import type { Broadcasts } from '../nats/broadcasts.ts';
import type { NatsCarrier } from '../nats/carrier.ts';
import type { Deadlines } from './deadlines.ts';
import { DirectCall } from './direct-call.ts';
import { DirectRequest } from './direct-request.ts';
import type { EventRoute, LocalHandlers, RequestContext } from './handlers.ts';

export interface BusParts {
  readonly instanceId: string;
  readonly handlers: LocalHandlers;
  readonly deadlines: Deadlines;
  readonly log: BusLog;
  /** Credit that a call between two ends of this process starts with, bytes. */
  readonly directWindow: number;
}

/** Handlers of this process first, others over NATS. */
export class TollgateBus implements Bus {
  readonly instanceId: string;
  private carrier: NatsCarrier | undefined;
  private broadcasts: Broadcasts | undefined;

  constructor(private readonly parts: BusParts) {
    this.instanceId = parts.instanceId;
  }

  /** The ways to other processes. They need the bus's own parts, so they come after it. */
  useCarriers(carrier: NatsCarrier, broadcasts: Broadcasts): void {
    this.carrier = carrier;
    this.broadcasts = broadcasts;
  }

  isConnected(): boolean {
    return this.carrier?.isConnected() ?? false;
  }

  request<Q, A>(
    message: RequestMessage<Q, A>,
    question: Q,
    envelope: Envelope = {},
  ): Promise<Result<A, Failure>> {
    const context = {
      ...envelope,
      deadlineAt: envelope.deadlineAt ?? Date.now() + message.timeoutMs,
    };
    // An answer by this subject is an `A`: made by the handler of the message, or parsed with its schema.
    return this.ask(message, question, context) as Promise<Result<A, Failure>>;
  }

  broadcast<E>(message: EventMessage<E>, event: E): void {
    this.deliver(message, event);
    if (this.isConnected()) this.broadcasts?.send(message.subject, event);
  }

  open<H, C, Head, End>(
    message: StreamMessage<H, C>,
    call: CallRequest<H, C>,
    listener: CallListener<Head, End>,
  ): OpenCall {
    // Head and End are agreed by the message's two ends; the bus looks into neither.
    const frames = listener as CallListener;
    const route = this.parts.handlers.streams.get(message.subject);
    if (route !== undefined) {
      const { deadlines, directWindow, log } = this.parts;
      return new DirectCall(route, call, frames, directWindow, deadlines, log);
    }
    if (this.carrier === undefined) throw new Error('the bus has no carrier');
    return this.carrier.open(message, call, frames);
  }

  /** Tells the listeners of this process, each in a microtask of its own. */
  readonly deliver = (message: EventMessage<unknown>, event: unknown): void => {
    for (const route of this.parts.handlers.eventRoutes(message.subject))
      queueMicrotask(() => {
        void this.tell(route, event);
      });
  };

  private async tell(route: EventRoute, event: unknown): Promise<void> {
    try {
      await route.handle(event);
    } catch (thrown) {
      const { subject } = route.message;
      this.parts.log.error({ error: errorText(thrown), subject }, 'a listener threw');
    }
  }

  private ask(
    message: RequestMessage<unknown, unknown>,
    question: unknown,
    context: RequestContext,
  ): Promise<Result<unknown, Failure>> {
    const route = this.parts.handlers.requests.get(message.subject);
    if (route === undefined) {
      if (this.carrier === undefined) throw new Error('the bus has no carrier');
      return this.carrier.request(message, question, context);
    }
    return new Promise((resolve) => {
      new DirectRequest(route, question, context, resolve, this.parts.deadlines, this.parts.log);
    });
  }
}
