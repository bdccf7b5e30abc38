import { type Failure, failure, type GrantAnswer } from '@tollgate/contracts';
import type { DrawDecision } from './grant-holder.ts';

export const UNLIMITED: DrawDecision = Object.freeze({ outcome: 'unlimited' });
export const UNMETERED: DrawDecision = Object.freeze({ outcome: 'unmetered' });
export const OVERLOADED: DrawDecision = refused(
  failure('gateway.overloaded', { retryAfterMs: 1_000 }),
);
export const DRAINING: DrawDecision = refused(failure('gateway.draining', { retryAfterMs: 1_000 }));

const RETRY_AFTER_MS = 1_000;

/** What the caller is told when budget refused. */
export function refusal(answer: Extract<GrantAnswer, { outcome: 'refused' }>): DrawDecision {
  const { reason, quota, retryAfterMs } = answer;
  const extras = {
    internal: `${quota.metric} a ${quota.window}: ${reason}, ${quota.remaining} of ${quota.limit} left`,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
  const code = reason === 'rate_limited' ? 'budget.rate_limited' : 'budget.exceeded';
  return { outcome: 'refused', failure: failure(code, extras), quota };
}

/** The window that has too little left for good; undefined when only grants of others stood in the way. */
export function spentWindowOf({
  failure: told,
  quota,
}: Extract<DrawDecision, { outcome: 'refused' }>): string | undefined {
  const isSpent = told.code === 'budget.exceeded' && told.retryAfterMs === undefined;
  return isSpent ? quota?.windowId : undefined;
}

/** What the caller is told when budget cannot be reached, or did not answer in time. */
export function unreachable(cause: Failure | undefined): DrawDecision {
  return refused(
    failure('budget.unavailable', {
      retryAfterMs: cause?.retryAfterMs ?? RETRY_AFTER_MS,
      ...(cause ? { internal: `${cause.code}: ${cause.internal ?? cause.message}` } : {}),
    }),
  );
}

function refused(told: Failure): DrawDecision {
  return { outcome: 'refused', failure: told, quota: null };
}
