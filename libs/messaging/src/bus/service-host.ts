import type { EventMessage, RequestMessage, ServiceName, StreamMessage } from '@tollgate/contracts';
import type { Broadcasts } from '../nats/broadcasts.ts';
import type { NatsServing } from '../nats/serving.ts';
import type { Deadlines } from './deadlines.ts';
import type {
  EventHandler,
  EventRoute,
  LocalHandlers,
  RequestHandler,
  RequestRoute,
  StreamHandler,
  StreamRoute,
} from './handlers.ts';
import { OpenWork } from './open-work.ts';

/** What a service needs to be reached from other processes. */
export interface RemoteReach {
  readonly serving: NatsServing;
  readonly broadcasts: Broadcasts;
}

/** The handlers of one service in this process. Register them, then `listen`; `close` drains. */
export class ServiceHost {
  private readonly work = new OpenWork();
  private readonly requests: RequestRoute[] = [];
  private readonly streams: StreamRoute[] = [];
  private readonly events: EventRoute[] = [];
  private isListening = false;

  constructor(
    readonly service: ServiceName,
    private readonly handlers: LocalHandlers,
    private readonly deadlines: Deadlines,
    private readonly reach: RemoteReach,
    private readonly drainMs: number,
  ) {}

  answers<Q, A>(message: RequestMessage<Q, A>, handle: RequestHandler<Q, A>): this {
    // Types meet again by subject: what arrives under it was made for this message.
    const route = { message, handle, work: this.work } as unknown as RequestRoute;
    this.requests.push(route);
    return this;
  }

  serves<H, C>(message: StreamMessage<H, C>, handle: StreamHandler<H, C>): this {
    const route = { message, handle, work: this.work } as unknown as StreamRoute;
    this.streams.push(route);
    return this;
  }

  hears<E>(message: EventMessage<E>, handle: EventHandler<E>): this {
    this.events.push({ message, handle } as unknown as EventRoute);
    return this;
  }

  /** From here on the handlers are called, by this process and by others. */
  async listen(): Promise<void> {
    this.isListening = true;
    for (const route of this.requests) this.handlers.requests.set(route.message.subject, route);
    for (const route of this.streams) this.handlers.streams.set(route.message.subject, route);
    for (const route of this.events) {
      this.handlers.addEvent(route);
      this.reach.broadcasts.listen(route.message.subject);
    }
    await this.reach.serving.open(this.requests, this.streams);
  }

  /** Takes no new work, lets what is open end within the grace, then ends the rest. */
  async close(graceMs: number = this.drainMs): Promise<void> {
    if (!this.isListening) return;
    this.isListening = false;
    for (const { message } of this.requests) this.handlers.requests.delete(message.subject);
    for (const { message } of this.streams) this.handlers.streams.delete(message.subject);
    await this.reach.serving.stopTaking();
    if (!(await this.work.idleWithin(graceMs))) this.deadlines.abandon(this.work);
    this.reach.serving.close();
    for (const route of this.events) {
      this.handlers.removeEvent(route);
      this.reach.broadcasts.unlisten(route.message.subject);
    }
  }
}
