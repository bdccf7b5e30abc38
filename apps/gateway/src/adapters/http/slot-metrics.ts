import { Gauge, type Registry } from 'prom-client';

/** Says how many slots of limits on concurrency this gateway has, and how many open calls fill. */
export function registerSlotMetrics(
  registry: Registry,
  totals: () => { readonly slots: number; readonly inUse: number; readonly waiting: number },
): void {
  new Gauge({
    name: 'tollgate_gateway_slots',
    help: 'Slots of limits on concurrency: leased, and filled by open calls; a call fills one of each limit that it meets',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { slots, inUse } = totals();
      this.set({ state: 'leased' }, slots);
      this.set({ state: 'in_use' }, inUse);
    },
  });
  new Gauge({
    name: 'tollgate_gateway_slot_waiters',
    help: 'Requests that wait for a slot',
    registers: [registry],
    collect() {
      this.set(totals().waiting);
    },
  });
}
