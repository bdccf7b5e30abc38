import { type Failure, failure, type Timeouts } from '@tollgate/contracts';
import type { UpstreamAttempt } from './upstream-attempt.ts';

/** What the attempt is late with, if anything. */
export function lateness(
  attempt: UpstreamAttempt,
  now: number,
  timeouts: Timeouts,
): Failure | undefined {
  const idleMs = now - attempt.activeAt;
  switch (attempt.phase) {
    case 'connecting':
      return idleMs < timeouts.connectMs
        ? undefined
        : failure('provider.unreachable', { internal: 'connect timed out' });
    case 'sent':
      return idleMs < timeouts.firstByteMs
        ? undefined
        : failure('provider.timeout', { internal: 'no first byte in time' });
    case 'answering':
      return idleMs < timeouts.stallMs
        ? undefined
        : failure('provider.timeout', { internal: 'the answer stalled' });
    case 'over':
      return undefined;
  }
}
