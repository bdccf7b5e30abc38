import type { Registry } from '@tollgate/telemetry';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { KeepOutcome } from '../application/kept-responses.ts';
import type { CallMetrics } from '../application/ports.ts';

const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

interface Series {
  readonly calls: Counter.Internal;
  readonly seconds: Histogram.Internal<'provider'>;
}

/** Calls in Prometheus's terms. Labels are looked up once for each pair of provider and outcome. */
export class PrometheusMetrics implements CallMetrics {
  private readonly calls: Counter<'provider' | 'outcome'>;
  private readonly seconds: Histogram<'provider'>;
  private readonly series = new Map<string, Series>();
  private open = 0;

  constructor(registry: Registry) {
    const registers = [registry];
    this.calls = new Counter({
      name: 'tollgate_provider_calls_total',
      help: 'Requests by the provider that served them last and by how they ended',
      labelNames: ['provider', 'outcome'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'tollgate_provider_call_seconds',
      help: 'From taking a request to its last byte, by provider',
      labelNames: ['provider'],
      buckets: BUCKETS,
      registers,
    });
    const gauge: Gauge = new Gauge({
      name: 'tollgate_provider_open_calls',
      help: 'Requests that are open right now',
      registers,
      collect: () => gauge.set(this.open),
    });
  }

  opened(): void {
    this.open++;
  }

  closed(provider: string, outcome: string, durationMs: number): void {
    this.open--;
    const key = `${provider} ${outcome}`;
    let series = this.series.get(key);
    if (!series) {
      series = {
        calls: this.calls.labels(provider, outcome),
        seconds: this.seconds.labels(provider),
      };
      this.series.set(key, series);
    }
    series.calls.inc();
    series.seconds.observe(durationMs / 1_000);
  }
}

/** Counts what became of responses that were to be kept. */
export function keptCounter(registry: Registry): (outcome: KeepOutcome) => void {
  const counter = new Counter({
    name: 'tollgate_kept_responses_total',
    help: 'Responses that callers may name later, by what became of them',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return (outcome) => counter.inc({ outcome });
}
