import { FAILURES, type Failure, type NextTry, type RetryPolicy } from '@tollgate/contracts';

/** What has been tried when an attempt fails before the client got its first byte. */
export interface Tried {
  readonly failure: Failure;
  /** Replaces what the table of failures says. */
  readonly next?: NextTry | undefined;
  readonly attempts: number;
  readonly attemptsOnTarget: number;
  readonly hasOtherTarget: boolean;
}

export type NextStep =
  | { readonly kind: 'stop' }
  | { readonly kind: 'same'; readonly afterMs: number }
  | { readonly kind: 'other' };

const STOP: NextStep = { kind: 'stop' };
const OTHER: NextStep = { kind: 'other' };

/**
 * What to do after a failed attempt: the same target again after `Retry-After` or a growing pause, another target at
 * once, or nothing.
 * @param jitter from 0 to 1; spreads the pauses of many calls
 */
export function nextStep(tried: Tried, policy: RetryPolicy, jitter: number): NextStep {
  const next = tried.next ?? FAILURES[tried.failure.code].next;
  if (next === 'never' || tried.attempts >= policy.attempts) return STOP;
  const other = tried.hasOtherTarget ? OTHER : STOP;
  if (next === 'other' || tried.attemptsOnTarget >= policy.attemptsPerTarget) return other;
  const { retryAfterMs } = tried.failure;
  if (retryAfterMs === undefined) {
    const pause = policy.backoffMs * 2 ** (tried.attemptsOnTarget - 1);
    return { kind: 'same', afterMs: Math.min(pause, 30_000) * (0.5 + jitter / 2) };
  }
  return retryAfterMs > policy.maxRetryAfterMs ? other : { kind: 'same', afterMs: retryAfterMs };
}
