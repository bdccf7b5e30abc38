import type {
  Failure,
  Result,
  SlotQuota,
  SlotsAnswer,
  SlotsFreed,
  SlotsRecalled,
} from '@tollgate/contracts';
import { SlotCounter } from './slot-counter.ts';
import { gatherAsk, type SlotAsk } from './slot-ask.ts';
import {
  DEFAULT_SLOT_LIMITS,
  type SlotBookLimits,
  type SlotBookOptions,
  type SlotDecision,
  type SlotHold,
  type SlotWaiter,
} from './slot-holder.ts';
import { limitMet, SLOTS_DRAINING, slotsUnavailable, TOO_MANY_COUNTERS } from './slot-refusals.ts';

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * The slots that this gateway has, and the calls that fill them. A call begins at once while a slot of each of its quotas
 * is at hand; else it waits a moment for budget, and for what others give back. Nothing here keeps time: call `tick` every
 * 100 ms or so.
 */
export class SlotBook {
  private readonly counters = new Map<string, SlotCounter>();
  private readonly dirty = new Set<SlotCounter>();
  /** All that wait, the first first. */
  private readonly waiters = new Set<SlotWaiter>();
  private readonly asks = new Set<Promise<void>>();
  private readonly limits: SlotBookLimits;
  private sequence = 0;
  private isDraining = false;

  constructor(private readonly options: SlotBookOptions) {
    this.limits = { ...DEFAULT_SLOT_LIMITS, ...options.limits };
  }

  /** How many requests wait for a slot. */
  get waiting(): number {
    return this.waiters.size;
  }

  /** How many slots are leased, and how many of them calls fill. */
  totals(): { readonly slots: number; readonly inUse: number } {
    let slots = 0;
    let inUse = 0;
    for (const counter of this.counters.values()) {
      slots += counter.slots;
      inUse += counter.inUse;
    }
    return { slots, inUse };
  }

  /**
   * Takes a slot of each quota, or of none. Answers at once where it can, else a promise, which never rejects.
   * @param patienceMs no longer wait than that; the book's own patience ends it sooner
   */
  begin(
    quotas: readonly SlotQuota[],
    patienceMs = Number.POSITIVE_INFINITY,
  ): SlotDecision | Promise<SlotDecision> {
    if (this.isDraining) return SLOTS_DRAINING;
    const now = this.options.tick();
    const counters: SlotCounter[] = [];
    for (const quota of quotas) {
      const counter = this.counterOf(quota, now);
      if (counter === undefined) return TOO_MANY_COUNTERS;
      counters.push(counter);
    }
    if (counters.every((counter) => counter.canBegin(now))) return this.take(counters, now);
    const blocked = counters.filter((counter) => !counter.canBegin(now));
    if (blocked.some(({ unreachableUntil }) => now < unreachableUntil)) {
      return slotsUnavailable(undefined);
    }
    const full = blocked.find(({ waiters }) => waiters.size >= this.limits.waitersPerQuota);
    if (full) return limitMet(full.quota);
    if (this.waiters.size >= this.limits.waiters) return TOO_MANY_COUNTERS;
    return new Promise((decide) => {
      const giveUpAt = now + Math.min(patienceMs, this.limits.patienceMs);
      const waiter: SlotWaiter = { counters, giveUpAt, askedAt: NEVER, decide };
      this.waiters.add(waiter);
      for (const { waiters } of counters) waiters.add(waiter);
      this.flush(now);
    });
  }

  /** Somebody waits for what others have: idle slots go back, and those above our share when their calls end. */
  recalled({ quotas }: SlotsRecalled): void {
    const now = this.options.tick();
    for (const { quotaId, share } of quotas) {
      this.counters.get(quotaId)?.recall(share, now + this.limits.recallMs);
    }
    this.flush(now);
  }

  /** Something came back: who waits for it is asked for again. */
  freed({ quotaIds }: SlotsFreed): void {
    for (const id of quotaIds) {
      for (const waiter of this.counters.get(id)?.waiters ?? []) waiter.askedAt = NEVER;
    }
    this.flush(this.options.tick());
  }

  /** Call it every 100 ms or so: leases are renewed, idle slots go back, who waited too long is told. */
  tick(): void {
    const now = this.options.tick();
    for (const waiter of this.waiters) {
      if (now >= waiter.giveUpAt) this.decide(waiter, this.refusalOf(waiter, now));
    }
    for (const [id, counter] of this.counters) {
      counter.lookAfter(now, this.limits.idleMs);
      if (!counter.isEmpty(now)) continue;
      this.counters.delete(id);
      this.dirty.delete(counter);
    }
    this.flush(now);
  }

  /** Refuses who waits, gives everything back, and resolves when budget was told. Begins after it are refused. */
  async drain(): Promise<void> {
    this.isDraining = true;
    for (const waiter of this.waiters) this.decide(waiter, SLOTS_DRAINING);
    do {
      for (const counter of this.counters.values()) counter.letGo(counter.inUse);
      this.flush(this.options.tick());
      await Promise.all(this.asks);
    } while (this.dirty.size > 0);
  }

  private counterOf(quota: SlotQuota, now: number): SlotCounter | undefined {
    const known = this.counters.get(quota.quotaId);
    if (known) {
      known.quota = quota;
      return known;
    }
    if (this.counters.size >= this.limits.counters) return undefined;
    const counter = new SlotCounter(quota, now, this.dirty);
    this.counters.set(quota.quotaId, counter);
    return counter;
  }

  private take(counters: readonly SlotCounter[], now: number): SlotDecision {
    for (const counter of counters) counter.begin();
    if (this.dirty.size > 0) this.flush(now);
    let filled = counters.map((counter) => ({ counter, lapses: counter.lapses }));
    const hold: SlotHold = {
      isCurrent: () => {
        const current = this.options.tick();
        return filled.every(
          ({ counter, lapses }) =>
            !counter.quota.hard || (current < counter.usableUntil && counter.lapses === lapses),
        );
      },
      end: (isOver = () => true) => {
        const ending = filled.filter(({ counter }) => isOver(counter.quota.quotaId));
        if (ending.length === 0) return;
        filled = filled.filter((one) => !ending.includes(one));
        this.end(ending.map(({ counter }) => counter));
      },
    };
    return { outcome: 'begun', hold };
  }

  private end(counters: readonly SlotCounter[]): void {
    const now = this.options.tick();
    for (const counter of counters) counter.end(now);
    for (const counter of counters) this.serve(counter, now);
    if (this.dirty.size > 0) this.flush(now);
  }

  /** In order, as far as slots at hand go. */
  private serve(counter: SlotCounter, now: number): void {
    for (const waiter of counter.waiters) {
      if (!counter.canBegin(now)) return;
      if (waiter.counters.every((one) => one.canBegin(now))) {
        this.decide(waiter, this.take(waiter.counters, now));
      }
    }
  }

  private decide(waiter: SlotWaiter, decision: SlotDecision): void {
    this.waiters.delete(waiter);
    for (const { waiters } of waiter.counters) waiters.delete(waiter);
    waiter.decide(decision);
  }

  private refusalOf({ counters }: SlotWaiter, now: number): SlotDecision {
    const blocked = counters.filter((counter) => !counter.canBegin(now));
    const blocking = blocked.find(({ isShort }) => isShort) ?? blocked[0];
    return blocking ? limitMet(blocking.quota) : slotsUnavailable(undefined);
  }

  /** Tells budget what there is to tell, several quotas in one ask, each in one ask at a time. */
  private flush(now: number): void {
    while (this.asks.size < this.limits.asks) {
      const ask = gatherAsk(this.dirty, this.waiters, now, this.limits);
      if (ask === undefined) return;
      const sequence = ++this.sequence;
      const { quotas, waiting } = ask;
      const under = this.options
        .ask({ holder: this.options.holder, sequence, quotas, waiting })
        .then((answer) => {
          this.asks.delete(under);
          this.hear(ask, answer, now);
        });
      this.asks.add(under);
    }
  }

  private hear(ask: SlotAsk, answer: Result<SlotsAnswer, Failure>, sentMs: number): void {
    const now = this.options.tick();
    const { limits } = this;
    const held = answer.ok && answer.value.outcome === 'held' ? answer.value : undefined;
    ask.counters.forEach((counter, i) => {
      const got = held?.quotas[i];
      if (!held || !got) counter.unanswered(now, limits.unreachableMs);
      else counter.granted(got, sentMs, held.leaseMs, limits.marginMs);
    });
    for (const counter of ask.counters) this.serve(counter, now);
    if (!held) this.refuseUnreached(ask, answer.ok ? undefined : answer.failure, now);
    for (const counter of ask.counters) counter.settle(now);
    this.flush(now);
  }

  /** Nobody can tell whether there are slots: who needs one of a hard limit does not go on. */
  private refuseUnreached(ask: SlotAsk, cause: Failure | undefined, now: number): void {
    const blocked = new Set(ask.counters.filter((counter) => !counter.canBegin(now)));
    for (const counter of blocked) {
      for (const waiter of counter.waiters) this.decide(waiter, slotsUnavailable(cause));
    }
  }
}
