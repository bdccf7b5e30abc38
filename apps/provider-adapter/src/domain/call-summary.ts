import type {
  Attempt,
  CallContext,
  CallHeader,
  Failure,
  RequestOutcome,
  TokenUsage,
  UsageSource,
} from '@tollgate/contracts';
import type { Charge } from './charge.ts';

/** All that is known of a call when it has ended: what the record is made of. */
export interface CallSummary {
  readonly header: CallHeader;
  readonly context: CallContext;
  readonly outcome: RequestOutcome;
  /** HTTP status that the caller got. */
  readonly status: number;
  readonly failure: Failure | null;
  readonly attempts: readonly Attempt[];
  readonly finishReason: string | null;
  readonly usage: TokenUsage;
  readonly usageSource: UsageSource;
  readonly charge: Charge;
  readonly droppedParams: readonly string[];
  readonly providerMs: number;
  readonly ttftMs: number | null;
  readonly totalMs: number;
}
