import type { RateView } from '../grants/rate-view.ts';

/**
 * Adds `x-ratelimit-…` for requests and tokens, name and value in turn.
 * @param now milliseconds since the epoch
 */
export function addRateLimitHeaders(
  headers: string[],
  rates: readonly RateView[],
  now: number,
): void {
  for (const { metric, limit, remaining, resetsAt } of rates) {
    headers.push(
      `x-ratelimit-limit-${metric}`,
      String(limit),
      `x-ratelimit-remaining-${metric}`,
      String(remaining),
    );
    if (resetsAt === null) continue;
    const seconds = Math.max(0, Math.ceil((resetsAt - now) / 1_000));
    headers.push(`x-ratelimit-reset-${metric}`, `${seconds}s`);
  }
}
