import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { connectClickHouse } from '@tollgate/clickhouse';
import { serveProbes } from '@tollgate/boot';
import { type Messaging, MessagingModule } from '@tollgate/messaging';
import { NestLogger, type RunningService, type Telemetry } from '@tollgate/telemetry';
import { IngestMetrics } from './adapters/ingest-metrics.ts';
import { IngestRunner } from './application/ingest-runner.ts';
import { LagClock } from './domain/lag-clock.ts';
import type { TraceIngestSettings } from './trace-ingest.config.ts';
import { TraceIngestModule } from './trace-ingest.module.ts';

const LAG_INTERVAL_MS = 5_000;

@Module({})
class TraceIngestRoot {}

export interface TraceIngestStart {
  readonly settings: TraceIngestSettings;
  readonly messaging: Messaging;
  readonly telemetry: Telemetry;
}

/**
 * Starts trace-ingest on the bus, with probes where a port is set. While ClickHouse is away it starts all the same:
 * queries answer `unavailable`, the stream holds the records, and ingest begins once ClickHouse is there.
 */
export async function startTraceIngest({
  settings,
  messaging,
  telemetry,
}: TraceIngestStart): Promise<RunningService> {
  const clickhouse = connectClickHouse({
    url: settings.CLICKHOUSE_URL,
    application: 'tollgate-trace-ingest',
  });
  const metrics = new IngestMetrics(telemetry.metrics);
  const app = await NestFactory.createMicroservice(
    {
      module: TraceIngestRoot,
      imports: [
        MessagingModule.forInstance(messaging),
        TraceIngestModule.register({ settings, telemetry, clickhouse, metrics }),
      ],
    },
    { strategy: messaging.serverFor('trace-ingest'), logger: new NestLogger(telemetry.log) },
  );
  const runner = app.get(IngestRunner);
  await runner.start();
  await app.listen();
  const watching = setInterval(watchLag(runner, metrics), LAG_INTERVAL_MS);
  const probes = await serveProbes(
    { settings, telemetry },
    {
      nats: () => messaging.bus.isConnected(),
      ingest: () => runner.isConsuming(),
    },
  );
  return {
    ...(probes ? { url: probes.url } : {}),
    stop: async () => {
      clearInterval(watching);
      await runner.stop();
      await app.close();
      await clickhouse.close();
      await probes?.stop();
    },
  };
}

function watchLag(runner: IngestRunner, metrics: IngestMetrics): () => void {
  const clock = new LagClock();
  return () => {
    void runner.progress().then((progress) => {
      if (progress === undefined) return;
      metrics.pending.set(progress.pending);
      metrics.oldestSeconds.set(clock.observe(progress, performance.now()) / 1_000);
    });
  };
}
