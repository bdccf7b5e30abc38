import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** For paths that are no route, so that nobody makes labels by asking. */
const NO_ROUTE = 'none';

/** Requests of the admin API, by the pattern of their route. */
export class HttpMetrics {
  private readonly requests: Counter<'method' | 'route' | 'status'>;
  private readonly seconds: Histogram<'method' | 'route'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.requests = new Counter({
      name: 'tollgate_control_plane_requests_total',
      help: 'Requests answered, by method, route and status',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'tollgate_control_plane_request_duration_seconds',
      help: 'From the head of a request to the end of its answer, by method and route',
      labelNames: ['method', 'route'],
      buckets: BUCKETS,
      registers,
    });
  }

  observe(request: FastifyRequest, reply: FastifyReply): void {
    const { method } = request;
    const route = request.routeOptions.url ?? NO_ROUTE;
    this.requests.inc({ method, route, status: reply.statusCode });
    this.seconds.observe({ method, route }, reply.elapsedTime / 1_000);
  }
}
