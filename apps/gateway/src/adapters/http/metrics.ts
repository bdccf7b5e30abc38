import { Counter, Gauge, type Metric, type Registry } from 'prom-client';

/** Upper bounds of the buckets, seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const DURATION = 'tollgate_gateway_request_duration_seconds';

/** What one route has seen: plain numbers, read when somebody scrapes. */
export class RouteMetrics {
  readonly byStatus = new Map<number, number>();
  readonly buckets = new Array<number>(BUCKETS.length).fill(0);
  sumSeconds = 0;
  count = 0;

  constructor(readonly route: string) {}

  observe(status: number, seconds: number): void {
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
    this.count++;
    this.sumSeconds += seconds;
    for (let i = 0; i < BUCKETS.length; i++) {
      if (seconds <= (BUCKETS[i] ?? 0)) {
        this.buckets[i] = (this.buckets[i] ?? 0) + 1;
        return;
      }
    }
  }
}

/** The gateway's metrics. Requests cost additions alone: no label is hashed before a scrape. */
export class GatewayMetrics {
  readonly authFailures: Counter<'reason'>;
  readonly droppedRecords: Counter;
  readonly lostRecords: Counter;
  private readonly routes: RouteMetrics[] = [];

  constructor(registry: Registry, inFlight: () => number) {
    const registers = [registry];
    const { routes } = this;
    new Counter({
      name: 'tollgate_gateway_requests_total',
      help: 'Requests answered, by route and status; 499: the client went away',
      labelNames: ['route', 'status'],
      registers,
      collect() {
        this.reset();
        for (const { route, byStatus } of routes) {
          for (const [status, count] of byStatus) this.inc({ route, status }, count);
        }
      },
    });
    new Gauge({
      name: 'tollgate_gateway_requests_in_flight',
      help: 'Requests being worked on',
      registers,
      collect() {
        this.set(inFlight());
      },
    });
    this.authFailures = new Counter({
      name: 'tollgate_gateway_auth_failures_total',
      help: 'Requests refused for their key, by what was wrong with it',
      labelNames: ['reason'],
      registers,
    });
    this.droppedRecords = new Counter({
      name: 'tollgate_gateway_refusal_records_dropped_total',
      help: 'Records of refused requests that were dropped because too many were waiting',
      registers,
    });
    this.lostRecords = new Counter({
      name: 'tollgate_gateway_records_lost_total',
      help: 'Records that could be neither published nor spooled',
      registers,
    });
    // prom-client asks a metric for no more than `name`, `get` and `reset`; its Histogram hashes labels for each value.
    registry.registerMetric(durations(routes) as unknown as Metric);
  }

  /** Counts for a route; `route` is one of a fixed set. */
  forRoute(route: string): RouteMetrics {
    const metrics = new RouteMetrics(route);
    this.routes.push(metrics);
    return metrics;
  }
}

function durations(routes: readonly RouteMetrics[]) {
  return {
    name: DURATION,
    help: 'From the head of the request to the end of the answer',
    type: 'histogram',
    aggregator: 'sum',
    reset: () => undefined,
    get: () =>
      Promise.resolve({
        name: DURATION,
        help: 'From the head of the request to the end of the answer',
        type: 'histogram',
        aggregator: 'sum',
        values: routes.flatMap(valuesOf),
      }),
  };
}

function valuesOf({ route, buckets, count, sumSeconds }: RouteMetrics) {
  let total = 0;
  const values = BUCKETS.map((le, i) => {
    total += buckets[i] ?? 0;
    return {
      labels: { le: le as number | string, route },
      value: total,
      metricName: `${DURATION}_bucket`,
    };
  });
  return [
    ...values,
    { labels: { le: '+Inf', route }, value: count, metricName: `${DURATION}_bucket` },
    { labels: { route }, value: sumSeconds, metricName: `${DURATION}_sum` },
    { labels: { route }, value: count, metricName: `${DURATION}_count` },
  ];
}
