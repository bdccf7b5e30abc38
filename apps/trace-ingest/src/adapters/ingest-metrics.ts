import type { Registry } from '@tollgate/telemetry';
import { Counter, Gauge, Histogram } from 'prom-client';

/** What operators watch. The age of the oldest unacknowledged message is the one to alert on. */
export class IngestMetrics {
  readonly rows: Counter;
  readonly repeats: Counter;
  readonly dead: Counter;
  readonly holds: Counter<'kind'>;
  readonly batchRows: Histogram;
  readonly insertSeconds: Histogram;
  readonly oldestSeconds: Gauge;
  readonly pending: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.rows = new Counter({
      name: 'tollgate_trace_rows_inserted_total',
      help: 'Records stored in ClickHouse',
      registers,
    });
    this.repeats = new Counter({
      name: 'tollgate_trace_repeats_dropped_total',
      help: 'Records left out because they are stored already',
      registers,
    });
    this.dead = new Counter({
      name: 'tollgate_trace_dead_letters_total',
      help: 'Lines that can never be stored, parked in the dead-letter stream',
      registers,
    });
    this.holds = new Counter({
      name: 'tollgate_trace_holds_total',
      help: 'Attempts that ClickHouse did not take; the batch is held and tried again',
      labelNames: ['kind'],
      registers,
    });
    this.batchRows = new Histogram({
      name: 'tollgate_trace_batch_rows',
      help: 'Records stored by one insert',
      buckets: [1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000],
      registers,
    });
    this.insertSeconds = new Histogram({
      name: 'tollgate_trace_insert_seconds',
      help: 'Time until an insert was stored, attempts that failed included',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
      registers,
    });
    this.oldestSeconds = new Gauge({
      name: 'tollgate_trace_oldest_unacked_seconds',
      help: 'Age of the oldest message that is not stored yet, as far as was seen',
      registers,
    });
    this.pending = new Gauge({
      name: 'tollgate_trace_pending_messages',
      help: 'Messages of the stream that are not stored yet',
      registers,
    });
  }
}
