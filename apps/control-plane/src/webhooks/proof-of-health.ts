import type { HealthAnswer } from '@tollgate/contracts';

type View = Pick<HealthAnswer['models'][number], 'state' | 'since' | 'succeeded'>;

/**
 * Whether what an instance of routing saw proves that a model works again: calls go through, and one that was made since
 * has succeeded. An instance that has just started has seen nothing, which proves nothing.
 * @param unhealthySinceMs milliseconds since the epoch
 */
export function isProofOfHealth(view: View, unhealthySinceMs: number): boolean {
  return view.state === 'closed' && view.succeeded > 0 && view.since > unhealthySinceMs;
}
