import type { Failure, GrantAnswer } from '@tollgate/contracts';
import { type DrawAmounts, isNoLess, type LimitedMetrics } from './amounts.ts';
import type { DrawDecision } from './grant-holder.ts';
import { refusal, unreachable, UNMETERED } from './refusals.ts';

type Refused = Extract<GrantAnswer, { outcome: 'refused' }>;

/** The longest that a refusal, and that an unreachable budget is believed, milliseconds. */
const REFUSAL_MS = 1_000;
const UNREACHABLE_MS = 250;
const NEVER = Number.NEGATIVE_INFINITY;

/** The last answers that were no grant: for a moment they stand for a new one, so that a spent key costs budget little. */
export class RememberedAnswers {
  private refusedUntil = NEVER;
  /** When it is worth asking again. */
  private retryAt: number | null = null;
  private refusedAmounts: DrawAmounts | undefined;
  private refusedDecision: DrawDecision | undefined;
  private unreachableUntil = NEVER;
  private unreachableDecision: DrawDecision = UNMETERED;

  constructor(
    private readonly limited: LimitedMetrics,
    private readonly isOnlySoft: boolean,
  ) {}

  /** Nobody answered: soft quotas let go on, hard ones do not. Answers what requests are told. */
  unreachable(cause: Failure | undefined, nowMs: number): DrawDecision {
    this.unreachableUntil = nowMs + UNREACHABLE_MS;
    this.unreachableDecision = this.isOnlySoft ? UNMETERED : unreachable(cause);
    return this.unreachableDecision;
  }

  refused(answer: Refused, need: DrawAmounts, nowMs: number): DrawDecision {
    this.refusedDecision = refusal(answer);
    this.refusedAmounts = need;
    this.retryAt = answer.retryAfterMs === null ? null : nowMs + answer.retryAfterMs;
    this.refusedUntil = Math.min(
      nowMs + Math.min(answer.retryAfterMs ?? REFUSAL_MS, REFUSAL_MS),
      answer.quota.resetsAt ?? Number.POSITIVE_INFINITY,
    );
    return this.refusedDecision;
  }

  granted(): void {
    this.refusedUntil = NEVER;
  }

  /** What a request that needs as much would be told. */
  decide(amounts: DrawAmounts, nowMs: number): DrawDecision | undefined {
    if (nowMs < this.unreachableUntil) return this.unreachableDecision;
    if (nowMs >= this.refusedUntil || !this.refusedAmounts) return undefined;
    if (!isNoLess(amounts, this.refusedAmounts, this.limited)) return undefined;
    const { refusedDecision: decision, retryAt } = this;
    if (decision?.outcome !== 'refused' || retryAt === null) return decision;
    // Time has passed since it was told.
    const retryAfterMs = Math.max(1, retryAt - nowMs);
    return { ...decision, failure: { ...decision.failure, retryAfterMs } };
  }
}
