import type { QuotaState } from '@tollgate/contracts';

/** What a rate-limit header says of a quota. */
export interface RateView {
  readonly metric: 'requests' | 'tokens';
  readonly limit: number;
  readonly remaining: number;
  /** When all of the limit remains again. Milliseconds since the epoch; null: never. */
  readonly resetsAt: number | null;
}

/** A quota as it was last told. */
export interface ToldRate extends RateView {
  readonly quotaId: string;
  /** From then on it refills evenly, by the limit a minute; milliseconds since the epoch. Null: it is a window. */
  readonly refillsFrom: number | null;
}

const MINUTE_MS = 60_000;

export const NO_RATES: readonly RateView[] = Object.freeze([]);

/**
 * Of requests and of tokens the quota that a client must go by: of those that refuse, the one with the least left; of two
 * alike the one that takes longer. Others never refuse first.
 * @param hidden quotas that hold for some candidates alone: the request may go on without those
 */
export function toldRates(
  states: readonly QuotaState[],
  hidden: ReadonlySet<string> | undefined,
): readonly ToldRate[] {
  const rates: ToldRate[] = [];
  for (const metric of ['requests', 'tokens'] as const) {
    const [first] = states
      .filter((state) => state.metric === metric && !hidden?.has(state.quotaId))
      .sort(byUrgency);
    if (!first) continue;
    rates.push({
      quotaId: first.quotaId,
      metric,
      limit: Number(first.limit),
      remaining: Number(first.remaining),
      resetsAt: first.resetsAt,
      refillsFrom: first.refillsFrom ?? null,
    });
  }
  return rates;
}

/** With what the holder may still draw and what refilled since; all of the limit once the window has ended. */
export function viewAt(rate: ToldRate, held: bigint, nowMs: number): RateView {
  const { metric, limit, resetsAt, refillsFrom } = rate;
  const isOver = resetsAt !== null && resetsAt <= nowMs;
  const refillMs = refillsFrom === null ? 0 : Math.max(0, nowMs - refillsFrom);
  const refilled = Math.floor((refillMs * limit) / MINUTE_MS);
  const remaining = isOver ? limit : Math.min(limit, rate.remaining + refilled + Number(held));
  return { metric, limit, remaining, resetsAt };
}

/** Somebody found nothing left: so it is, until something else is told. */
export function spentRate(rate: ToldRate, nowMs: number): ToldRate {
  if (viewAt(rate, 0n, nowMs).remaining === 0) return rate;
  if (rate.refillsFrom === null) return { ...rate, remaining: 0 };
  return { ...rate, remaining: 0, refillsFrom: nowMs, resetsAt: nowMs + MINUTE_MS };
}

function byUrgency(a: QuotaState, b: QuotaState): number {
  if (a.hard !== b.hard) return a.hard ? -1 : 1;
  const [left, right] = [BigInt(a.remaining), BigInt(b.remaining)];
  if (left !== right) return left < right ? -1 : 1;
  return endOf(b) - endOf(a);
}

const endOf = ({ resetsAt }: QuotaState): number => resetsAt ?? Number.MAX_SAFE_INTEGER;
