import type { CallHead } from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import type { PlanEntry } from '../domain/plan-cache.ts';
import type { EstimatedUse } from './recorder.ts';

/** Bytes of a streamed chunk around one token, when nobody is left to count. */
const STREAM_BYTES_PER_TOKEN = 200;

/** What a call used whose adapter was lost, as far as it was seen. */
export function estimateUse(
  entry: PlanEntry | null,
  head: CallHead | null,
  profile: RequestProfile | null,
  relayedBytes: number,
): EstimatedUse {
  const candidates = entry?.plan.candidates ?? [];
  const answered =
    head && candidates.find((one) => one.provider === head.provider && one.model === head.model);
  return {
    candidate: answered ?? candidates[0] ?? null,
    inputTokens: profile?.inputTokensEstimate ?? 0,
    outputTokens: Math.ceil(relayedBytes / STREAM_BYTES_PER_TOKEN),
  };
}
