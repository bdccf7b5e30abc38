import { Svcm } from '@nats-io/services';
import type { NatsConnection } from '@nats-io/transport-node';
import { type BusLog, errorText } from '../log.ts';
import type { LinkMessage } from './link.ts';

/** One subject of a service. `counts` are shown by `nats micro stats`. */
export interface EndpointSpec {
  readonly subject: string;
  readonly counts: { taken: number; failed: number };
  handle(message: LinkMessage): void;
}

export interface Registration {
  /** Takes no new messages; resolves once those on their way were handled. */
  stop(): Promise<void>;
}

/** Subscribes services so that `nats micro ls`, `info` and `stats` show them. */
export interface ServiceRegistry {
  register(service: string, endpoints: readonly EndpointSpec[]): Promise<Registration>;
}

/** Through `@nats-io/services`, whose own handlers carry the messages: its wrapper costs less than a microsecond. */
export class NatsServiceRegistry implements ServiceRegistry {
  constructor(
    private readonly connection: NatsConnection,
    private readonly version: string,
    private readonly instanceId: string,
    private readonly log: BusLog,
  ) {}

  async register(name: string, endpoints: readonly EndpointSpec[]): Promise<Registration> {
    const bySubject = new Map(endpoints.map((one) => [one.subject, one]));
    const service = await new Svcm(this.connection).add({
      name,
      version: this.version,
      queue: name,
      description: `Tollgate ${name}`,
      metadata: { instance: this.instanceId },
      statsHandler: (endpoint) => Promise.resolve(bySubject.get(endpoint.subject)?.counts ?? null),
    });
    for (const one of endpoints) this.addEndpoint(service, one);
    void service.stopped.then((error) => {
      if (error !== null)
        this.log.error({ service: name, error: error.message }, 'a service lost its subscriptions');
    });
    await this.connection.flush();
    return {
      stop: async () => {
        await service.stop().catch(() => null);
      },
    };
  }

  private addEndpoint(service: Awaited<ReturnType<Svcm['add']>>, one: EndpointSpec): void {
    service.addEndpoint(one.subject.replaceAll('.', '-'), {
      subject: one.subject,
      handler: (error, message) => {
        if (error) return;
        try {
          one.handle(message);
        } catch (thrown) {
          this.log.error({ error: errorText(thrown) }, 'a message could not be handled');
        }
      },
    });
  }
}
