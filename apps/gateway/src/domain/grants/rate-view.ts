import { type QuotaState, WINDOWS } from '@tollgate/contracts';

/** What a rate-limit header says of a quota. */
export interface RateView {
  readonly metric: 'requests' | 'tokens';
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds since the epoch; null: never. */
  readonly resetsAt: number | null;
}

export const NO_RATES: readonly RateView[] = Object.freeze([]);

/** Of requests and of tokens the quota with the shortest window; of two alike the one with less left. */
export function rateViews(states: readonly QuotaState[]): readonly RateView[] {
  const views: RateView[] = [];
  for (const metric of ['requests', 'tokens'] as const) {
    const [first] = states.filter((state) => state.metric === metric).sort(byUrgency);
    if (!first) continue;
    views.push({
      metric,
      limit: Number(first.limit),
      remaining: Number(first.remaining),
      resetsAt: first.resetsAt,
    });
  }
  return views;
}

/** With what the holder may still draw; all of the limit once the window has ended. */
export function withHeld(rate: RateView, held: bigint, nowMs: number): RateView {
  const { metric, limit, resetsAt } = rate;
  const isOver = resetsAt !== null && resetsAt <= nowMs;
  const remaining = isOver ? limit : Math.min(limit, rate.remaining + Number(held));
  return { metric, limit, remaining, resetsAt };
}

function byUrgency(a: QuotaState, b: QuotaState): number {
  const window = WINDOWS.indexOf(a.window) - WINDOWS.indexOf(b.window);
  return window !== 0 ? window : Number(BigInt(a.remaining) - BigInt(b.remaining));
}
