import { randomFillSync } from 'node:crypto';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { createIdFactory, type ServiceName } from '@tollgate/contracts';
import type { Bus } from './bus.ts';
import type { ServiceHost } from './bus/service-host.ts';
import { createBusCore } from './bus-core.ts';
import type { ConfigReader, ConfigWriter } from './config-store.ts';
import { createStore } from './durable-core.ts';
import type { Confirmation, DurableConsumers, DurablePublisher } from './durable.ts';
import type { StreamSizes } from './durable/streams.ts';
import type { BusLog } from './log.ts';
import { connectLink } from './nats/connection.ts';
import { BusServer } from './nest/bus-server.ts';
import type { ValueStore } from './value-store.ts';
import { type BusTimings, DEFAULT_TIMINGS } from './wire/limits.ts';
import { inboxPrefix } from './wire/subjects.ts';

const MIB = 1024 * 1024;

export interface MessagingOptions {
  /** `nats://[user:password@|token@]host:port`, several separated by commas. */
  readonly natsUrl: string;
  readonly service: ServiceName | 'standalone';
  /** Shown by NATS's monitoring. Default: the service's name. */
  readonly instanceName?: string;
  /** Folder for events that cannot be published right now. */
  readonly spoolDir: string;
  /** Default 256 MiB. */
  readonly spoolMaxBytes?: number;
  readonly log: BusLog;
  /** Shown by `nats micro ls`. */
  readonly version?: string;
  /** How long to wait for the first connection; default 30 s. */
  readonly patienceMs?: number;
  /** How long a service that closes lets open calls go on; default 25 s. */
  readonly drainMs?: number;
  /** The longest body of a call; default 64 MiB. */
  readonly maxBodyBytes?: number;
  /** Fixes the credit that calls start with, bytes. */
  readonly windowBytes?: number;
  readonly timings?: BusTimings;
  readonly streams?: Partial<StreamSizes>;
  /** When a durable event counts as published; default `journal`. */
  readonly confirm?: Confirmation;
  /** How long JetStream may take to acknowledge before events go to the spool; default 2 s. */
  readonly ackWaitMs?: number;
  /** Config values kept in memory; default 50,000. */
  readonly configMaxEntries?: number;
  /** How often the config's revision is compared; default 30 s. */
  readonly configPollMs?: number;
}

/** Everything that a process says to others goes through one of these, over one connection. */
export interface Messaging {
  readonly bus: Bus;
  readonly publisher: DurablePublisher;
  readonly consumers: DurableConsumers;
  readonly configReader: ConfigReader;
  readonly configWriter: ConfigWriter;
  readonly values: ValueStore;
  /** For `app.connectMicroservice({ strategy })`. */
  serverFor(service: ServiceName): CustomTransportStrategy;
  /** The same without Nest. */
  hostFor(service: ServiceName): ServiceHost;
  /** Drains what is still attached, flushes what is pending, and leaves. */
  close(): Promise<void>;
}

/** Connects to NATS. Throws when it is not there within `patienceMs`. */
export async function connectMessaging(options: MessagingOptions): Promise<Messaging> {
  const instanceId = createIdFactory({ now: Date.now, fillRandom: randomFillSync })('instance');
  const prefix = inboxPrefix(options.service, instanceId);
  const { log } = options;
  const link = await connectLink({
    natsUrl: options.natsUrl,
    name: `${options.instanceName ?? options.service} ${instanceId}`,
    inboxPrefix: prefix,
    patienceMs: options.patienceMs ?? 30_000,
    log,
  });
  const core = createBusCore({
    link,
    instanceId,
    inboxPrefix: prefix,
    version: options.version ?? '0.1.0',
    timings: options.timings ?? DEFAULT_TIMINGS,
    maxBodyBytes: options.maxBodyBytes ?? 64 * MIB,
    drainMs: options.drainMs ?? 25_000,
    log,
    ...(options.windowBytes === undefined ? {} : { windowBytes: options.windowBytes }),
  });
  const store = await createStore(core, link, options, prefix).catch(async (thrown: unknown) => {
    core.close();
    await link.close();
    throw thrown;
  });
  const hosts: ServiceHost[] = [];
  const hostFor = (service: ServiceName): ServiceHost => {
    const host = core.hostFor(service);
    hosts.push(host);
    return host;
  };
  return {
    bus: core.bus,
    publisher: store.publisher,
    consumers: store.consumers,
    configReader: store.configReader,
    configWriter: store.configWriter,
    values: store.values,
    hostFor,
    serverFor: (service) => new BusServer(hostFor(service)),
    close: async () => {
      await Promise.all(hosts.map((host) => host.close()));
      await store.close();
      core.close();
      await link.close();
    },
  };
}
