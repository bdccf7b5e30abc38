import { collectDefaultMetrics, Registry } from 'prom-client';
import { createLogger, type Logger } from './logger.ts';
import { startOtlp, type Otlp, type SpanSource } from './otlp.ts';

export { Registry } from 'prom-client';

export interface TelemetryOptions {
  readonly service: string;
  readonly level: string;
  /** OTLP/HTTP base URL; nothing is exported without one. */
  readonly otlpEndpoint?: string | undefined;
}

/** One for a process: its log, its metrics and, where an endpoint is set, its export. */
export interface Telemetry {
  readonly log: Logger;
  readonly metrics: Registry;
  /** Hands finished spans to the exporter; undefined when no endpoint is set, so that callers skip the work. */
  readonly spans: SpanSource | undefined;
  stop(): Promise<void>;
}

/** What a started service hands back. */
export interface RunningService {
  readonly url?: string;
  stop(): Promise<void>;
}

export async function createTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const log = createLogger(options);
  const metrics = new Registry();
  metrics.setDefaultLabels({ service: options.service });
  collectDefaultMetrics({ register: metrics, eventLoopMonitoringPrecision: 100 });
  const otlp: Otlp | undefined = options.otlpEndpoint
    ? await startOtlp({ service: options.service, endpoint: options.otlpEndpoint, metrics })
    : undefined;
  return {
    log,
    metrics,
    spans: otlp?.spans,
    stop: async () => {
      await otlp?.stop();
      log.flush();
    },
  };
}
