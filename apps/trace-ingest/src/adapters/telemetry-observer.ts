import type { ClickHouseFailure } from '@tollgate/clickhouse';
import { requestRecord } from '@tollgate/contracts';
import type { Telemetry } from '@tollgate/telemetry';
import type { IngestMetrics } from './ingest-metrics.ts';
import { parseJson, type RecordLine } from '../domain/record-line.ts';
import { requestSpan } from '../domain/request-span.ts';
import type { IngestObserver } from '../application/ports.ts';

const LOG_EVERY_MS = 10_000;

/** Counts, logs, and projects what was stored as spans. */
export class TelemetryObserver implements IngestObserver {
  private lastHoldLogged = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly telemetry: Telemetry,
    private readonly metrics: IngestMetrics,
  ) {}

  stored(rows: readonly RecordLine[], seconds: number): void {
    this.metrics.rows.inc(rows.length);
    this.metrics.batchRows.observe(rows.length);
    this.metrics.insertSeconds.observe(seconds);
    this.project(rows);
  }

  repeated(lines: number): void {
    this.metrics.repeats.inc(lines);
  }

  dead(lines: number): void {
    this.metrics.dead.inc(lines);
  }

  held({ kind, code, message }: ClickHouseFailure): void {
    this.metrics.holds.inc({ kind });
    if (performance.now() - this.lastHoldLogged < LOG_EVERY_MS) return;
    this.lastHoldLogged = performance.now();
    const failure = message.slice(0, 300);
    this.telemetry.log.warn({ kind, code, failure }, 'ClickHouse does not take records; holding');
  }

  /** Records are parsed only where somebody collects spans. */
  private project(rows: readonly RecordLine[]): void {
    const { spans } = this.telemetry;
    if (spans === undefined) return;
    for (const { text } of rows) {
      const parsed = requestRecord.safeParse(parseJson(text));
      if (parsed.success) spans.add(requestSpan(parsed.data), parsed.data.traceparent);
    }
  }
}
