import type { EventMessage, ServiceName } from '@tollgate/contracts';
import type { Bus } from './bus.ts';
import { Deadlines } from './bus/deadlines.ts';
import { type EventHandler, type EventRoute, LocalHandlers } from './bus/handlers.ts';
import { ServiceHost } from './bus/service-host.ts';
import { TollgateBus } from './bus/tollgate-bus.ts';
import type { BusLog } from './log.ts';
import { Broadcasts } from './nats/broadcasts.ts';
import { NatsCarrier } from './nats/carrier.ts';
import type { CarrierParts } from './nats/carrier-parts.ts';
import type { NatsLink } from './nats/connection.ts';
import { ContextBytes } from './nats/context-bytes.ts';
import { Inbox } from './nats/inbox.ts';
import { Outbox } from './nats/outbox.ts';
import { NatsServiceRegistry } from './nats/service-registry.ts';
import { NatsServing } from './nats/serving.ts';
import { type BusTimings, initialWindow } from './wire/limits.ts';

export interface BusCoreOptions {
  readonly link: NatsLink;
  readonly instanceId: string;
  readonly inboxPrefix: string;
  readonly version: string;
  readonly timings: BusTimings;
  readonly maxBodyBytes: number;
  /** Fixes the credit that calls start with, bytes; by default it shrinks with the number of open calls. */
  readonly windowBytes?: number;
  readonly drainMs: number;
  readonly log: BusLog;
}

export interface BusCore {
  readonly bus: Bus;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly parts: CarrierParts;
  hostFor(service: ServiceName): ServiceHost;
  /** A listener of the process itself, of no service. */
  hear<E>(message: EventMessage<E>, handle: EventHandler<E>): void;
  close(): void;
}

/** Puts the bus together over one connection. */
export function createBusCore(options: BusCoreOptions): BusCore {
  const { link, instanceId, log, timings } = options;
  const deadlines = new Deadlines(Math.max(20, timings.heartbeatMs / 2));
  const handlers = new LocalHandlers();
  const inbox = new Inbox(options.inboxPrefix, link);
  const outbox = new Outbox(link, log);
  const windowFor = (): number => options.windowBytes ?? initialWindow(inbox.size());
  const parts: CarrierParts = {
    link,
    inbox,
    outbox,
    deadlines,
    contextBytes: new ContextBytes(),
    timings,
    maxBodyBytes: options.maxBodyBytes,
    log,
    windowFor,
  };
  const directWindow = options.windowBytes ?? initialWindow(0);
  const bus = new TollgateBus({ instanceId, handlers, deadlines, log, directWindow });
  const broadcasts = new Broadcasts(parts, instanceId, handlers, bus.deliver);
  bus.useCarriers(new NatsCarrier(parts), broadcasts);
  const registry = new NatsServiceRegistry(link.connection, options.version, instanceId, log);

  return {
    bus,
    inbox,
    outbox,
    parts,
    hear: (message, handle) => {
      // What arrives under the subject was made, or parsed, for this message.
      handlers.addEvent({ message, handle } as EventRoute);
      broadcasts.listen(message.subject);
    },
    hostFor: (service) => {
      const reach = { serving: new NatsServing(parts, service, registry), broadcasts };
      return new ServiceHost(service, handlers, deadlines, reach, options.drainMs);
    },
    close: () => {
      outbox.flush();
      deadlines.close();
    },
  };
}
