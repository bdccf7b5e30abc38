import { type Failure, failure, type SlotQuota } from '@tollgate/contracts';
import type { SlotDecision } from './slot-holder.ts';

type Refused = Extract<SlotDecision, { outcome: 'refused' }>;

const RETRY_AFTER_MS = 1_000;

const OWNERS = {
  organization: 'the organization',
  project: 'the project',
  key: 'this key',
  end_user: 'the end user',
  tag: 'the tag',
  provider: 'the provider',
  model: 'the model',
} as const satisfies Record<SlotQuota['scope'], string>;

/** As many calls are open as may be. */
export function limitMet(quota: SlotQuota): Refused {
  const { limit, scope, quotaId } = quota;
  const message = `The concurrency limit of ${OWNERS[scope]} was met: ${limit} open at once.`;
  const internal = `${quotaId}: no slot of ${limit} came free in time`;
  const told = failure('budget.rate_limited', { message, internal, retryAfterMs: RETRY_AFTER_MS });
  return { outcome: 'refused', failure: told, quota };
}

/** Budget did not answer, and no slot is at hand. */
export function slotsUnavailable(cause: Failure | undefined): Refused {
  return refused(
    failure('budget.unavailable', {
      retryAfterMs: cause?.retryAfterMs ?? RETRY_AFTER_MS,
      ...(cause ? { internal: `${cause.code}: ${cause.internal ?? cause.message}` } : {}),
    }),
  );
}

export const TOO_MANY_COUNTERS: Refused = refused(
  failure('gateway.overloaded', {
    internal: 'too many quotas have calls open',
    retryAfterMs: RETRY_AFTER_MS,
  }),
);
export const SLOTS_DRAINING: Refused = refused(
  failure('gateway.draining', { retryAfterMs: RETRY_AFTER_MS }),
);

function refused(told: Failure): Refused {
  return { outcome: 'refused', failure: told, quota: null };
}
