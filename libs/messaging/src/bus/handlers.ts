import type { EventMessage, RequestMessage, StreamMessage } from '@tollgate/contracts';
import type { IncomingCall } from '../bus.ts';
import type { OpenWork } from './open-work.ts';

/** What a handler of a request knows besides the question. */
export interface RequestContext {
  readonly requestId?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
}

export type RequestHandler<Q, A> = (question: Q, context: RequestContext) => Promise<A> | A;
export type StreamHandler<H, C> = (call: IncomingCall<H, C>) => Promise<void> | void;
export type EventHandler<E> = (event: E) => Promise<void> | void;

export interface RequestRoute {
  readonly message: RequestMessage<unknown, unknown>;
  readonly work: OpenWork;
  /** Throws, or rejects, when the handler failed. */
  readonly handle: RequestHandler<unknown, unknown>;
}

export interface StreamRoute {
  readonly message: StreamMessage<unknown, unknown>;
  readonly work: OpenWork;
  readonly handle: StreamHandler<unknown, unknown>;
}

export interface EventRoute {
  readonly message: EventMessage<unknown>;
  readonly handle: EventHandler<unknown>;
}

/** The handlers that live in this process, by subject. */
export class LocalHandlers {
  readonly requests = new Map<string, RequestRoute>();
  readonly streams = new Map<string, StreamRoute>();
  private readonly events = new Map<string, EventRoute[]>();

  addEvent(route: EventRoute): void {
    const routes = this.events.get(route.message.subject);
    if (routes === undefined) this.events.set(route.message.subject, [route]);
    else routes.push(route);
  }

  removeEvent(route: EventRoute): void {
    const rest = this.eventRoutes(route.message.subject).filter((other) => other !== route);
    if (rest.length === 0) this.events.delete(route.message.subject);
    else this.events.set(route.message.subject, rest);
  }

  eventRoutes(subject: string): readonly EventRoute[] {
    return this.events.get(subject) ?? [];
  }
}
