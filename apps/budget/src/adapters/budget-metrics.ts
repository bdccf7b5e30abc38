import type { Registry } from '@tollgate/telemetry';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { SettleCounts } from '../application/settle-records.ts';
import type { SweepCounts } from '../application/sweep-grants.ts';

/** What budget counts. */
export class BudgetMetrics {
  readonly grants: Counter<'outcome'>;
  readonly takeSeconds: Histogram;
  private readonly settled: Counter<'outcome'>;
  private readonly ended: Counter<'how'>;
  readonly settlementErrors: Counter;

  constructor(registry: Registry, waiting: () => number, unsettled: () => number) {
    const registers = [registry];
    this.grants = new Counter({
      name: 'tollgate_budget_grants_total',
      help: 'Asks for a grant, by what was answered',
      labelNames: ['outcome'],
      registers,
    });
    this.takeSeconds = new Histogram({
      name: 'tollgate_budget_take_seconds',
      help: 'Time to answer an ask for a grant, waiting for others included',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
      registers,
    });
    this.settled = new Counter({
      name: 'tollgate_budget_records_total',
      help: 'Records of the stream: booked, known before, or set aside',
      labelNames: ['outcome'],
      registers,
    });
    this.ended = new Counter({
      name: 'tollgate_budget_grants_ended_total',
      help: 'Grants that the sweeper fenced or closed',
      labelNames: ['how'],
      registers,
    });
    this.settlementErrors = new Counter({
      name: 'tollgate_budget_settlement_errors_total',
      help: 'Batches of records that could not be booked at once',
      registers,
    });
    gauge(registry, 'tollgate_budget_asks_waiting', 'Asks for a grant that wait', waiting);
    gauge(
      registry,
      'tollgate_budget_records_unsettled',
      'Messages of records that settlement has yet to acknowledge',
      unsettled,
    );
  }

  countSettled({ booked, duplicates, dead }: SettleCounts): void {
    this.settled.inc({ outcome: 'booked' }, booked);
    this.settled.inc({ outcome: 'duplicate' }, duplicates);
    this.settled.inc({ outcome: 'dead' }, dead);
  }

  countSwept({ expired, closed }: SweepCounts): void {
    this.ended.inc({ how: 'expired' }, expired);
    this.ended.inc({ how: 'closed' }, closed);
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
