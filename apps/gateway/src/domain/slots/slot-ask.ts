import type { SlotsRequest } from '@tollgate/contracts';
import type { SlotCounter } from './slot-counter.ts';
import type { SlotBookLimits, SlotWaiter } from './slot-holder.ts';

/** What budget is told in one message. */
export interface SlotAsk extends Pick<SlotsRequest, 'quotas' | 'waiting'> {
  /** In the order of `quotas`. */
  readonly counters: readonly SlotCounter[];
}

/**
 * The next ask: who waits and is due first, then all that is dirty, and with them whoever else waits for these quotas.
 * Counters that an ask under way names wait for its answer. Undefined: there is nothing to tell.
 */
export function gatherAsk(
  dirty: Iterable<SlotCounter>,
  waiters: ReadonlySet<SlotWaiter>,
  now: number,
  { quotasPerAsk, pollMs }: Pick<SlotBookLimits, 'quotasPerAsk' | 'pollMs'>,
): SlotAsk | undefined {
  const chosen = new Map<SlotCounter, number>();
  const add = (counter: SlotCounter): void => {
    if (!chosen.has(counter)) chosen.set(counter, chosen.size);
  };
  const isFree = (waiter: SlotWaiter): boolean =>
    waiter.counters.every(({ isAsking }) => !isAsking);
  for (const waiter of waiters) {
    if (chosen.size >= quotasPerAsk) break;
    if (now - waiter.askedAt >= pollMs && isFree(waiter)) waiter.counters.forEach(add);
  }
  for (const counter of dirty) {
    if (chosen.size >= quotasPerAsk) break;
    if (!counter.isAsking) add(counter);
  }
  if (chosen.size === 0) return undefined;
  const waiting = gatherWaiting(waiters, chosen, now);
  const all = [...chosen.keys()];
  return { counters: all, waiting, quotas: all.map((counter) => counter.state(now)) };
}

/** Requests that need the same quotas, counted together. */
function gatherWaiting(
  waiters: ReadonlySet<SlotWaiter>,
  chosen: ReadonlyMap<SlotCounter, number>,
  now: number,
): SlotAsk['waiting'] {
  const groups = new Map<string, { readonly quotas: number[]; calls: number }>();
  for (const waiter of waiters) {
    const quotas = waiter.counters.map((counter) => chosen.get(counter));
    if (!quotas.every((index) => index !== undefined)) continue;
    waiter.askedAt = now;
    const name = quotas.join(' ');
    const group = groups.get(name);
    if (group) group.calls++;
    else groups.set(name, { quotas, calls: 1 });
  }
  return [...groups.values()];
}
