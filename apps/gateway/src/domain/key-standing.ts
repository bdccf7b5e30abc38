import type { KeyPolicy } from '@tollgate/contracts';

export type KeyStanding = 'good' | 'unknown' | 'disabled' | 'revoked' | 'expired';

/** @param now milliseconds since the epoch */
export function judgeKey(policy: KeyPolicy | null, now: number): KeyStanding {
  if (policy === null) return 'unknown';
  if (policy.status !== 'active') return policy.status;
  return policy.expiresAt !== null && policy.expiresAt <= now ? 'expired' : 'good';
}
