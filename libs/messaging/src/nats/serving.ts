import type { Subscription } from '@nats-io/transport-node';
import type { ServiceName } from '@tollgate/contracts';
import type { RequestRoute, StreamRoute } from '../bus/handlers.ts';
import { FrameKind, FrameReader } from '../wire/frame.ts';
import { cancelSubject } from '../wire/subjects.ts';
import { CallAcceptor } from './call-acceptor.ts';
import type { CarrierParts } from './carrier-parts.ts';
import type { EndpointSpec, Registration, ServiceRegistry } from './service-registry.ts';
import { serveRequest } from './served-request.ts';

/** One service of this process, as other processes reach it. */
export class NatsServing {
  private registration: Registration | undefined;
  private readonly subscriptions: Subscription[] = [];
  private readonly acceptors: CallAcceptor[] = [];

  constructor(
    private readonly parts: CarrierParts,
    private readonly service: ServiceName,
    private readonly registry: ServiceRegistry,
  ) {}

  /** Subscribes in the service's queue group, and registers for discovery. */
  async open(requests: readonly RequestRoute[], streams: readonly StreamRoute[]): Promise<void> {
    const endpoints = [
      ...requests.map((route) => this.requestEndpoint(route)),
      ...streams.map((route) => this.streamEndpoint(route)),
    ];
    this.registration = await this.registry.register(this.service, endpoints);
    if (this.acceptors.length === 0) return;
    const subject = cancelSubject(this.service);
    this.subscriptions.push(
      this.parts.link.subscribe(subject, (message) => this.takeCancel(message.data)),
    );
  }

  /** Takes no new work. What is open goes on. */
  async stopTaking(): Promise<void> {
    await this.registration?.stop();
  }

  close(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private requestEndpoint(route: RequestRoute): EndpointSpec {
    const endpoint: EndpointSpec = {
      subject: route.message.subject,
      counts: { taken: 0, failed: 0 },
      handle: (message) => {
        const reader = new FrameReader(message.data);
        if (!message.reply || !reader.advance() || reader.kind !== FrameKind.request) return;
        endpoint.counts.taken++;
        void serveRequest(this.parts, route, reader, message.reply).then((outcome) => {
          if (outcome === 'failed') endpoint.counts.failed++;
        });
      },
    };
    return endpoint;
  }

  private streamEndpoint(route: StreamRoute): EndpointSpec {
    const acceptor = new CallAcceptor(this.parts, route);
    this.acceptors.push(acceptor);
    const endpoint: EndpointSpec = {
      subject: route.message.subject,
      counts: { taken: 0, failed: 0 },
      handle: (message) => {
        if (acceptor.accept(message)) endpoint.counts.taken++;
        else endpoint.counts.failed++;
      },
    };
    return endpoint;
  }

  private takeCancel(data: Uint8Array): void {
    const reader = new FrameReader(data);
    if (!reader.advance() || reader.kind !== FrameKind.cancel) return;
    const caller = reader.header();
    if (typeof caller !== 'string') return;
    for (const acceptor of this.acceptors) acceptor.cancel(caller);
  }
}
