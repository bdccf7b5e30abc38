import type { Registry } from '@tollgate/telemetry';
import { Counter, Histogram } from 'prom-client';

/** What is counted of slots. */
export class SlotMetrics {
  readonly asks: Counter<'outcome'>;
  readonly seconds: Histogram;
  readonly freed: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.asks = new Counter({
      name: 'tollgate_budget_slot_asks_total',
      help: 'Messages of gateways about slots for open calls, by what was answered',
      labelNames: ['outcome'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'tollgate_budget_slot_ask_seconds',
      help: 'Time to answer a message about slots',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
      registers,
    });
    this.freed = new Counter({
      name: 'tollgate_budget_slot_leases_freed_total',
      help: 'Leases of slots that their holders did not renew',
      registers,
    });
  }
}
