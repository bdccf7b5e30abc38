import { type Failure, type FailureCode, FAILURES } from '@tollgate/contracts';
import type { FailureContext } from '../dialect.ts';

/** Limits of a plan, and what lifts them. */
const UPGRADES: Partial<Record<FailureCode, string>> = { 'budget.managed_limit': 'byok' };

/** Tollgate's own failure: the code stands twice, so that `error` alone can be switched on. */
export function renderFailure(failure: Failure, { requestId }: FailureContext): string {
  const code = FAILURES[failure.code].publicCode;
  const upgradeTo = UPGRADES[failure.code];
  return JSON.stringify({
    error: code,
    message: failure.message,
    code,
    request_id: requestId,
    ...(failure.param === undefined ? {} : { param: failure.param }),
    ...(failure.details ? { details: failure.details } : {}),
    ...(upgradeTo ? { upgrade_required: true, upgrade_to: upgradeTo } : {}),
  });
}

export function renderStreamFailure(failure: Failure, context: FailureContext): string {
  return `event: error\ndata: ${renderFailure(failure, context)}\n\n`;
}
