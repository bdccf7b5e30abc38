import type { QuotaState } from '@tollgate/contracts';
import type { DrawAmounts } from './amounts.ts';
import {
  DEFAULT_LIMITS,
  type DrawDecision,
  type GrantBookLimits,
  type GrantBookOptions,
  type GrantSubject,
} from './grant-holder.ts';
import { GrantLane, type LaneHost } from './grant-lane.ts';
import { NO_RATES, type RateView, viewAt } from './rate-view.ts';
import { DRAINING, OVERLOADED, UNLIMITED } from './refusals.ts';
import { UnsentReturns } from './unsent-returns.ts';

/**
 * The grants that this gateway holds. A draw is synchronous while a slice at hand covers it; else the request waits with
 * the others of its key for one ask. Nothing here keeps time: call `tick` every 100 ms or so.
 */
export class GrantBook {
  /** Those that are idle stand in the order in which they became so. */
  private readonly lanes = new Map<string, GrantLane>();
  private readonly active = new Set<GrantLane>();
  private readonly lanesOfQuota = new Map<string, Set<GrantLane>>();
  private readonly limits: GrantBookLimits;
  private readonly returns: UnsentReturns;
  private readonly host: LaneHost;
  private waiting = 0;
  /** The latest that the clock has shown. */
  private latest = Number.NEGATIVE_INFINITY;
  private isDraining = false;

  constructor(private readonly options: GrantBookOptions) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.returns = new UnsentReturns(options.giveBack, options.now, this.limits.unsentReturns);
    this.host = {
      options,
      limits: this.limits,
      onDecided: () => void this.waiting--,
      giveBack: (slice) => this.returns.add(slice),
    };
  }

  /** How many requests wait for a grant. */
  get size(): number {
    return this.waiting;
  }

  /**
   * Draws an upper bound for a request. Answers at once where it can, else a promise, which never rejects.
   * @param deadlineAt of the request, milliseconds since the epoch
   */
  draw(
    subject: GrantSubject,
    amounts: DrawAmounts,
    requestId: string,
    deadlineAt: number,
    nowMs: number,
  ): DrawDecision | Promise<DrawDecision> {
    if (subject.quotas.length === 0) return UNLIMITED;
    if (this.isDraining) return DRAINING;
    if (nowMs < this.latest) this.clockWentBack(nowMs);
    const lane = this.lanes.get(subject.id) ?? this.open(subject, nowMs);
    if (!lane) return OVERLOADED;
    if (!lane.isActive) this.activate(lane);
    const decision = lane.tryDraw(amounts, nowMs);
    if (decision) return decision;
    const { waiters, waitersPerSubject } = this.limits;
    if (this.waiting >= waiters || lane.waiting >= waitersPerSubject) return OVERLOADED;
    this.waiting++;
    return new Promise((decide) => lane.wait({ requestId, amounts, deadlineAt, decide }, nowMs));
  }

  /** Somebody needs what idle grants on these quotas hold. */
  recall(quotaIds: readonly string[], nowMs: number): void {
    for (const id of quotaIds) {
      for (const lane of this.lanesOfQuota.get(id) ?? []) lane.recall(id, nowMs);
    }
  }

  /**
   * The quotas of a subject as last told, `remaining` with what this gateway may still draw. Empty before the first grant.
   * Where the window has ended since, all of the limit remains.
   */
  states(subject: GrantSubject, nowMs: number): readonly QuotaState[] {
    const lane = this.lanes.get(subject.id);
    if (!lane) return [];
    return lane.states.map((state) => {
      if (state.resetsAt !== null && state.resetsAt <= nowMs) {
        return { ...state, remaining: state.limit };
      }
      const remaining = BigInt(state.remaining) + lane.left(state.metric);
      const limit = BigInt(state.limit);
      return { ...state, remaining: (remaining < limit ? remaining : limit).toString() };
    });
  }

  /**
   * What the rate-limit headers say: requests and tokens, of each the quota with the least left. Empty before the first
   * grant, and where no such quota applies.
   */
  rates(subject: GrantSubject, nowMs: number): readonly RateView[] {
    const lane = this.lanes.get(subject.id);
    if (!lane || lane.rates.length === 0) return NO_RATES;
    return lane.rates.map((rate) => viewAt(rate, lane.left(rate.metric), nowMs));
  }

  /** Call it every 100 ms or so: idle and ended grants go back, waiters past their deadline are told. */
  tick(nowMs: number): void {
    if (nowMs < this.latest) this.clockWentBack(nowMs);
    this.latest = nowMs;
    for (const lane of this.active) {
      lane.tick(nowMs);
      if (lane.isEmpty() && nowMs - lane.lastDrawAt >= this.limits.idleMs) this.deactivate(lane);
    }
    this.returns.tick(nowMs);
  }

  /** Refuses who waits, gives everything back, and resolves when budget was told. Draws after it are refused. */
  async drain(): Promise<void> {
    this.isDraining = true;
    const lanes = [...this.lanes.values()];
    for (const lane of lanes) lane.close(DRAINING);
    await Promise.all(lanes.map((lane) => lane.asking));
    await this.returns.settled();
  }

  /** Leases would be stretched: all that is held goes back, and is asked for anew. */
  private clockWentBack(nowMs: number): void {
    this.latest = nowMs;
    for (const lane of this.lanes.values()) lane.giveBackAll();
  }

  private open(subject: GrantSubject, nowMs: number): GrantLane | undefined {
    if (this.lanes.size >= this.limits.subjects && !this.evict()) return undefined;
    const lane = new GrantLane(subject, this.host, nowMs);
    this.lanes.set(subject.id, lane);
    for (const { quotaId } of subject.quotas) {
      const lanes = this.lanesOfQuota.get(quotaId);
      if (lanes) lanes.add(lane);
      else this.lanesOfQuota.set(quotaId, new Set([lane]));
    }
    return lane;
  }

  private activate(lane: GrantLane): void {
    lane.isActive = true;
    this.active.add(lane);
  }

  /** It goes to the end of those that are idle. */
  private deactivate(lane: GrantLane): void {
    lane.isActive = false;
    this.active.delete(lane);
    this.lanes.delete(lane.subject.id);
    this.lanes.set(lane.subject.id, lane);
  }

  /** Lets the one go that has been idle the longest, else one that nobody waits for. */
  private evict(): boolean {
    let victim: GrantLane | undefined;
    for (const lane of this.lanes.values()) {
      if (lane.waiting > 0 || lane.asking) continue;
      victim ??= lane;
      if (lane.isActive) continue;
      victim = lane;
      break;
    }
    if (!victim) return false;
    victim.giveBackAll();
    this.active.delete(victim);
    this.forget(victim);
    return true;
  }

  private forget(lane: GrantLane): void {
    this.lanes.delete(lane.subject.id);
    for (const { quotaId } of lane.subject.quotas) {
      const lanes = this.lanesOfQuota.get(quotaId);
      lanes?.delete(lane);
      if (lanes?.size === 0) this.lanesOfQuota.delete(quotaId);
    }
  }
}
