import { type DynamicModule, Module } from '@nestjs/common';
import type { ClickHouse } from '@tollgate/clickhouse';
import { DURABLE_CONSUMERS, type DurableConsumers } from '@tollgate/messaging';
import type { Telemetry } from '@tollgate/telemetry';
import { IngestMetrics } from './adapters/ingest-metrics.ts';
import { ClickHouseRecordStore } from './adapters/record-store.ts';
import { TelemetryObserver } from './adapters/telemetry-observer.ts';
import { CLICKHOUSE, LOG, TraceController } from './adapters/trace.controller.ts';
import { Ingest } from './application/ingest.ts';
import { INGEST_ACK_WAIT_MS, IngestRunner } from './application/ingest-runner.ts';
import type { TraceIngestSettings } from './trace-ingest.config.ts';

export interface TraceIngestParts {
  readonly settings: TraceIngestSettings;
  readonly telemetry: Telemetry;
  readonly clickhouse: ClickHouse;
  readonly metrics: IngestMetrics;
}

/** Wires trace-ingest: the store, the ingest that runs beside Nest, and the queries. */
@Module({})
export class TraceIngestModule {
  static register({ settings, telemetry, clickhouse, metrics }: TraceIngestParts): DynamicModule {
    const { log } = telemetry;
    return {
      module: TraceIngestModule,
      controllers: [TraceController],
      providers: [
        { provide: CLICKHOUSE, useValue: clickhouse },
        { provide: LOG, useValue: log },
        {
          provide: IngestRunner,
          inject: [DURABLE_CONSUMERS],
          useFactory: (consumers: DurableConsumers) => {
            const store = new ClickHouseRecordStore(clickhouse, settings.TOLLGATE_RETENTION_MONTHS);
            const observer = new TelemetryObserver(telemetry, metrics);
            return new IngestRunner({
              store,
              consumers,
              ingest: new Ingest({ store, observer, ackWaitMs: INGEST_ACK_WAIT_MS }),
              flushMs: settings.TOLLGATE_INGEST_FLUSH_MS,
              onRetry: (err) => log.warn({ err }, 'records cannot be stored yet; trying again'),
            });
          },
        },
      ],
    };
  }
}
