import {
  type Failure,
  failure,
  type Grant,
  type GrantAnswer,
  type QuotaState,
  type Result,
} from '@tollgate/contracts';
import {
  type DrawAmounts,
  isNoLess,
  type LimitedMetrics,
  limitedMetrics,
  sumOf,
  toWire,
} from './amounts.ts';
import { DrawRate } from './draw-rate.ts';
import type {
  DrawDecision,
  GrantBookLimits,
  GrantBookOptions,
  GrantSubject,
} from './grant-holder.ts';
import { spentRate, type ToldRate, toldRates } from './rate-view.ts';
import { unreachable, UNMETERED } from './refusals.ts';
import { RememberedAnswers } from './remembered-answers.ts';
import { Slice } from './slice.ts';

/** A request that waits for a grant. */
export interface Waiter {
  readonly requestId: string;
  readonly amounts: DrawAmounts;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number;
  readonly decide: (decision: DrawDecision) => void;
}

export interface LaneHost {
  readonly options: GrantBookOptions;
  readonly limits: GrantBookLimits;
  /** A waiter of the lane was decided. */
  readonly onDecided: () => void;
  readonly giveBack: (slice: Slice) => void;
}

/** After a recall, a refusal or a failure nothing is asked for ahead for this long, milliseconds. */
const HUMBLE_MS = 1_000;

/** The grants of one subject, and the requests that wait for the next. */
export class GrantLane {
  private slices: Slice[] = [];
  private readonly waiters: Waiter[] = [];
  private readonly limited: LimitedMetrics;
  private readonly isOnlySoft: boolean;
  private readonly remembered: RememberedAnswers;
  private readonly rate: DrawRate;
  private humbleUntil = Number.NEGATIVE_INFINITY;
  private isClosed = false;
  /** Set while an ask is under way. */
  asking: Promise<void> | undefined;
  /** The book looks after it at every tick. */
  isActive = false;
  lastDrawAt: number;
  /** As they were told with the last answer. */
  states: readonly QuotaState[] = [];
  rates: readonly ToldRate[] = [];

  constructor(
    readonly subject: GrantSubject,
    private readonly host: LaneHost,
    nowMs: number,
  ) {
    this.limited = limitedMetrics(subject.quotas);
    this.isOnlySoft = subject.quotas.every((quota) => !quota.hard);
    this.remembered = new RememberedAnswers(this.limited, this.isOnlySoft);
    this.rate = new DrawRate(nowMs);
    this.lastDrawAt = nowMs;
  }

  get waiting(): number {
    return this.waiters.length;
  }

  /** Nothing is held, awaited or asked for. */
  isEmpty(): boolean {
    return this.slices.length === 0 && this.waiters.length === 0 && !this.asking;
  }

  /** What this holder could still draw of a metric. */
  left(metric: QuotaState['metric']): bigint {
    let sum = 0n;
    for (const slice of this.slices) sum += slice.left(metric);
    return sum;
  }

  /** Decides at once, or answers undefined: then the request must wait. */
  tryDraw(amounts: DrawAmounts, nowMs: number): DrawDecision | undefined {
    this.lastDrawAt = nowMs;
    this.rate.count();
    if (this.waiters.length > 0) return undefined;
    return this.drawFromSlices(amounts, nowMs) ?? this.remembered.decide(amounts, nowMs);
  }

  wait(waiter: Waiter, nowMs: number): void {
    this.waiters.push(waiter);
    if (!this.asking) this.askForWaiters(nowMs);
  }

  /** Gives everything back that is not drawn. */
  giveBackAll(): void {
    const all = this.slices;
    this.slices = [];
    for (const slice of all) this.host.giveBack(slice);
  }

  /** Somebody found nothing left of a quota, and needs what is idle here. */
  recall(quotaId: string, nowMs: number): void {
    this.humbleUntil = nowMs + HUMBLE_MS;
    this.rates = this.rates.map((one) => (one.quotaId === quotaId ? spentRate(one, nowMs) : one));
    this.giveBackAll();
  }

  /** Decides for everybody who waits, and gives everything back, also what is still to come. */
  close(decision: DrawDecision): void {
    this.isClosed = true;
    this.decideAll(decision);
    this.giveBackAll();
  }

  /** Gives back what is idle or over, and tells those who waited too long. */
  tick(nowMs: number): void {
    this.rate.tick(nowMs);
    if (nowMs - this.lastDrawAt >= this.host.limits.idleMs && this.waiters.length === 0) {
      return this.giveBackAll();
    }
    this.keepSlices((slice) => nowMs < slice.usableUntil);
    if (this.waiters.some((waiter) => nowMs >= waiter.deadlineAt)) this.decideLate(nowMs);
  }

  private drawFromSlices(amounts: DrawAmounts, nowMs: number): DrawDecision | undefined {
    const { slices } = this;
    for (let i = 0; i < slices.length; i++) {
      const slice = slices[i];
      if (!slice?.covers(amounts, nowMs)) continue;
      const draw = slice.draw(amounts);
      if (i > 0) {
        // Older ones that do not cover it any more make way.
        this.keepSlices((other) => slices.indexOf(other) >= i);
      } else if (slices.length === 1 && slice.isAhead) {
        this.renew(slice, amounts, nowMs);
      }
      return { outcome: 'drawn', draw };
    }
    return undefined;
  }

  /** Far from the limits the next grant is asked for before this one is used up. */
  private renew(slice: Slice, amounts: DrawAmounts, nowMs: number): void {
    if (this.asking || nowMs < this.humbleUntil) return;
    const { askMs } = this.host.limits;
    if (!slice.isLow(nowMs)) return;
    this.asking = this.ask(amounts, amounts, '', nowMs + askMs, nowMs);
  }

  private askForWaiters(nowMs: number): void {
    const [first] = this.waiters;
    if (!first) return;
    // What is left in hand does not cover the first: near the limit it may be what the next grant needs.
    this.giveBackAll();
    const { askMs, softAskMs } = this.host.limits;
    const patience = nowMs + (this.isOnlySoft ? softAskMs : askMs);
    const deadlineAt = Math.min(patience, first.deadlineAt);
    const want = sumOf(this.waiters);
    this.asking = this.ask(first.amounts, want, first.requestId, deadlineAt, nowMs);
  }

  private async ask(
    need: DrawAmounts,
    want: DrawAmounts,
    requestId: string,
    deadlineAt: number,
    nowMs: number,
  ): Promise<void> {
    const { ask, holder, now } = this.host.options;
    const { organizationId, projectId, keyId, quotas } = this.subject;
    const answer = await ask(
      {
        requestId,
        organizationId,
        projectId,
        keyId,
        holder,
        quotas: [...quotas],
        need: toWire(need),
        want: toWire(want),
        ratePerSecond: this.rate.at(nowMs),
      },
      deadlineAt,
    );
    this.asking = undefined;
    this.hear(answer, need, want, nowMs, now());
  }

  private hear(
    answer: Result<GrantAnswer, Failure>,
    need: DrawAmounts,
    want: DrawAmounts,
    askedAt: number,
    nowMs: number,
  ): void {
    if (!answer.ok) this.onUnreachable(answer.failure, nowMs);
    else if (answer.value.outcome === 'refused') this.onRefused(answer.value, need, nowMs);
    else this.onGranted(answer.value.grant, want, askedAt, nowMs);
    if (this.isClosed) this.giveBackAll();
    else this.serve(nowMs);
  }

  private onGranted(grant: Grant, want: DrawAmounts, askedAt: number, nowMs: number): void {
    const { leaseMs } = grant;
    // Counted from the ask, it ends no later than by budget's own clock, wherever this one stands.
    const from = Math.min(askedAt, nowMs);
    const endsAt = leaseMs === undefined ? grant.expiresAt : from + leaseMs;
    const { marginMs, aheadMs } = this.host.limits;
    const usableUntil = endsAt - marginMs;
    // A short lease is renewed in its second half.
    const renewFrom = usableUntil - Math.min(aheadMs, (usableUntil - nowMs) / 2);
    const ahead = this.isAhead(grant, want);
    const slice = new Slice(grant, this.limited, ahead, usableUntil, renewFrom);
    this.states = grant.quotas;
    this.rates = toldRates(grant.quotas, this.subject.hidden);
    this.remembered.granted();
    if (nowMs < slice.usableUntil) {
      this.slices.push(slice);
      return;
    }
    this.host.giveBack(slice);
    const internal = 'the grant was over when it came: budget is slow, or a clock was set';
    this.onUnreachable(failure('budget.unavailable', { internal }), nowMs);
  }

  private onRefused(
    answer: Extract<GrantAnswer, { outcome: 'refused' }>,
    need: DrawAmounts,
    nowMs: number,
  ): void {
    const decision = this.remembered.refused(answer, need, nowMs);
    this.humbleUntil = nowMs + HUMBLE_MS;
    const others = this.states.filter((state) => state.quotaId !== answer.quota.quotaId);
    this.states = [...others, answer.quota];
    this.rates = toldRates(this.states, this.subject.hidden);
    for (const waiter of this.waiters.splice(0)) {
      if (isNoLess(waiter.amounts, need, this.limited)) this.decide(waiter, decision);
      else this.waiters.push(waiter);
    }
  }

  private onUnreachable(cause: Failure, nowMs: number): void {
    this.humbleUntil = nowMs + HUMBLE_MS;
    this.decideAll(this.remembered.unreachable(cause, nowMs));
  }

  /** In order; what the slices do not cover asks again. */
  private serve(nowMs: number): void {
    for (let first = this.waiters[0]; first; first = this.waiters[0]) {
      const drawn = this.drawFromSlices(first.amounts, nowMs);
      if (!drawn) break;
      this.waiters.shift();
      this.decide(first, drawn);
    }
    if (this.waiters.length > 0 && !this.asking) this.askForWaiters(nowMs);
  }

  /** More than was asked for, of something at least, and of nothing less. */
  private isAhead({ amounts }: Grant, want: DrawAmounts): boolean {
    const { limited } = this;
    const cost = limited.cost ? BigInt(amounts.costPicoUsd) - want.costPicoUsd : 0n;
    const tokens = limited.tokens ? amounts.tokens - want.tokens : 0;
    const requests = limited.requests ? amounts.requests - want.requests : 0;
    return cost >= 0n && tokens >= 0 && requests >= 0 && (cost > 0n || tokens > 0 || requests > 0);
  }

  private decideLate(nowMs: number): void {
    for (const waiter of this.waiters.splice(0)) {
      if (nowMs < waiter.deadlineAt) this.waiters.push(waiter);
      else this.decide(waiter, this.isOnlySoft ? UNMETERED : unreachable(undefined));
    }
  }

  private decideAll(decision: DrawDecision): void {
    for (const waiter of this.waiters.splice(0)) this.decide(waiter, decision);
  }

  private decide(waiter: Waiter, decision: DrawDecision): void {
    this.host.onDecided();
    waiter.decide(decision);
  }

  private keepSlices(isKept: (slice: Slice) => boolean): void {
    const all = this.slices;
    if (all.every(isKept)) return;
    this.slices = all.filter(isKept);
    for (const slice of all) if (!isKept(slice)) this.host.giveBack(slice);
  }
}
