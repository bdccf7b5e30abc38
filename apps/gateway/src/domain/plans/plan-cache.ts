import type { CallContext, KeyPolicy, Plan, PlansInvalidated } from '@tollgate/contracts';
import type { ReservationTerms } from '../limits/reservation.ts';

/** A plan in use by one key, with what every request under it shares. */
export interface PlanEntry {
  readonly policy: KeyPolicy;
  readonly plan: Plan;
  /** Immutable under its id. */
  readonly context: { readonly id: string; readonly value: CallContext };
  /** Under the policy's own quotas. */
  readonly terms: ReservationTerms;
}

interface Slot {
  readonly entry: PlanEntry;
  /** Milliseconds since the epoch. */
  freshUntil: number;
  /** So long it may stand in while routing is away. */
  readonly usableUntil: number;
}

const ALL_ROUTES = '*';
const RECENT_EVENTS = 64;

/**
 * Plans by key and profile class. Bounded: the oldest goes when it is full. A plan counts for the very policy that it was
 * made for, so a changed key asks anew.
 */
export class PlanCache {
  private readonly slots = new Map<string, Slot>();
  private readonly recent: PlansInvalidated[] = [];

  /** @param staleMs how long past its time to live a plan may stand in while routing is away */
  constructor(
    private readonly maxEntries: number,
    private readonly staleMs: number,
  ) {}

  get size(): number {
    return this.slots.size;
  }

  /** A plan that may be used at that time (milliseconds since the epoch). */
  fresh(key: string, policy: KeyPolicy, now: number): PlanEntry | undefined {
    const slot = this.slots.get(key);
    return slot !== undefined && slot.entry.policy === policy && slot.freshUntil > now
      ? slot.entry
      : undefined;
  }

  /** A plan past its time that may stand in; it counts as fresh for another `forMs`. */
  stale(key: string, policy: KeyPolicy, now: number, forMs: number): PlanEntry | undefined {
    const slot = this.slots.get(key);
    if (slot === undefined || slot.entry.policy !== policy || slot.usableUntil <= now)
      return undefined;
    slot.freshUntil = now + forMs;
    return slot.entry;
  }

  /** Keeps the plan, unless it was declared void while it was on its way. */
  put(key: string, entry: PlanEntry, now: number): void {
    if (this.recent.some((event) => isVoid(entry.plan, event))) return;
    this.slots.delete(key);
    if (this.slots.size >= this.maxEntries) {
      const [oldest] = this.slots.keys();
      if (oldest !== undefined) this.slots.delete(oldest);
    }
    const freshUntil = now + entry.plan.ttlMs;
    this.slots.set(key, { entry, freshUntil, usableUntil: freshUntil + this.staleMs });
  }

  invalidate(event: PlansInvalidated): void {
    this.recent.push(event);
    if (this.recent.length > RECENT_EVENTS) this.recent.shift();
    this.drop((plan) => isVoid(plan, event));
  }

  /** A route was written or removed: whatever came of it is void. */
  dropRoutes(routeIds: ReadonlySet<string>): void {
    this.drop((plan) => routeIds.has(plan.routeId));
  }

  clear(): void {
    this.slots.clear();
  }

  private drop(isOut: (plan: Plan) => boolean): void {
    for (const [key, { entry }] of this.slots) if (isOut(entry.plan)) this.slots.delete(key);
  }
}

/** Candidates that were left out count too: one that is healthy again belongs into the plan. */
function isVoid(plan: Plan, { epoch, routeIds, aiProviderIds }: PlansInvalidated): boolean {
  if (plan.epoch >= epoch) return false;
  if (routeIds.includes(ALL_ROUTES) || routeIds.includes(plan.routeId)) return true;
  if (!aiProviderIds.length) return false;
  const isTouched = (one: { readonly aiProviderId: string }) =>
    aiProviderIds.includes(one.aiProviderId);
  return plan.candidates.some(isTouched) || plan.excluded.some(isTouched);
}
