import type { Registry } from 'prom-client';

/** A span that is over, as it is projected from a record. Times in milliseconds since the epoch. */
export interface FinishedSpan {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'internal';
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Set when what the span stands for failed. */
  readonly error?: string;
  readonly children?: readonly FinishedSpan[];
}

/** Takes finished spans; they are batched, and dropped when the exporter cannot keep up. */
export interface SpanSource {
  /** @param traceparent W3C trace context of the caller: the span becomes its child. */
  add(span: FinishedSpan, traceparent: string): void;
}

export interface Otlp {
  readonly spans: SpanSource;
  stop(): Promise<void>;
}

export interface OtlpOptions {
  readonly service: string;
  /** Base URL of an OTLP/HTTP receiver, without `/v1/traces`. */
  readonly endpoint: string;
  readonly metrics: Registry;
  readonly metricIntervalMs?: number;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Starts the OpenTelemetry SDK. Loaded only where an endpoint is set: it costs start-up time and memory. */
export async function startOtlp(options: OtlpOptions): Promise<Otlp> {
  const [api, sdk, metricsSdk, traceExporter, metricExporter, bridge] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/exporter-metrics-otlp-http'),
    import('./prometheus-bridge.ts'),
  ]);
  const base = options.endpoint.replace(/\/+$/, '');
  const node = new sdk.NodeSDK({
    serviceName: options.service,
    autoDetectResources: false,
    instrumentations: [],
    traceExporter: new traceExporter.OTLPTraceExporter({ url: `${base}/v1/traces` }),
    metricReaders: [
      new metricsSdk.PeriodicExportingMetricReader({
        exporter: new metricExporter.OTLPMetricExporter({ url: `${base}/v1/metrics` }),
        exportIntervalMillis: options.metricIntervalMs ?? 15_000,
        exportTimeoutMillis: Math.min(5_000, options.metricIntervalMs ?? 5_000),
        metricProducers: [bridge.prometheusProducer(options.metrics)],
      }),
    ],
  });
  node.start();
  const tracer = api.trace.getTracer('tollgate');
  const kinds = {
    server: api.SpanKind.SERVER,
    client: api.SpanKind.CLIENT,
    internal: api.SpanKind.INTERNAL,
  } as const;

  const emit = (span: FinishedSpan, parent: ReturnType<typeof api.context.active>): void => {
    const started = tracer.startSpan(
      span.name,
      { kind: kinds[span.kind], startTime: span.startMs, attributes: { ...span.attributes } },
      parent,
    );
    if (span.error) started.setStatus({ code: api.SpanStatusCode.ERROR, message: span.error });
    const inside = api.trace.setSpan(parent, started);
    for (const child of span.children ?? []) emit(child, inside);
    started.end(span.endMs);
  };

  return {
    spans: {
      add: (span, traceparent) => {
        const match = TRACEPARENT.exec(traceparent);
        const parent =
          match?.[1] && match[2]
            ? api.trace.setSpanContext(api.ROOT_CONTEXT, {
                traceId: match[1],
                spanId: match[2],
                traceFlags: api.TraceFlags.SAMPLED,
                isRemote: true,
              })
            : api.ROOT_CONTEXT;
        emit(span, parent);
      },
    },
    stop: () => node.shutdown(),
  };
}
