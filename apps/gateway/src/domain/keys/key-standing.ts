import type { AddressRange, FailureCode, KeyPolicy } from '@tollgate/contracts';
import { isSourceAllowed, type RequestSource } from '../request/client-address.ts';

export type KeyStanding =
  | 'good'
  | 'unknown'
  | 'disabled'
  | 'revoked'
  | 'expired'
  | 'rotated'
  | 'source_not_allowed';

/** What records say. Callers read the same for each. */
export const STANDING_FAILURES = {
  unknown: 'auth.invalid_api_key',
  disabled: 'auth.key_disabled',
  revoked: 'auth.key_revoked',
  expired: 'auth.key_expired',
  rotated: 'auth.key_rotated',
  source_not_allowed: 'auth.key_source_not_allowed',
} as const satisfies Record<Exclude<KeyStanding, 'good'>, FailureCode>;

/** @param now milliseconds since the epoch */
export function judgeKey(
  policy: KeyPolicy | null,
  now: number,
  source: RequestSource,
  trustedProxies: readonly AddressRange[],
): KeyStanding {
  if (policy === null) return 'unknown';
  if (policy.status !== 'active') return policy.status;
  if (policy.textEndsAt !== undefined && policy.textEndsAt <= now) return 'rotated';
  if (policy.expiresAt !== null && policy.expiresAt <= now) return 'expired';
  return isSourceAllowed(policy, source, trustedProxies) ? 'good' : 'source_not_allowed';
}
