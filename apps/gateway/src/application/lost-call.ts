import type { CallHead, Failure } from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import type { PlanEntry } from '../domain/plans/plan-cache.ts';
import type { Reservation } from '../domain/limits/reservation.ts';
import type { EstimatedUse } from './recorder.ts';

/** Bytes of a streamed chunk around one token, when nobody is left to count. */
const STREAM_BYTES_PER_TOKEN = 200;

/**
 * What a call used whose adapter was lost, as far as it was seen.
 * @param drawn what was reserved and drawn: a guess never goes beyond it
 */
export function estimateUse(
  entry: PlanEntry | null,
  head: CallHead | null,
  profile: RequestProfile | null,
  relayedBytes: number,
  drawn: Pick<Reservation, 'outputTokens'> | null,
): EstimatedUse {
  const candidates = entry?.plan.candidates ?? [];
  const answered =
    head && candidates.find((one) => one.provider === head.provider && one.model === head.model);
  return {
    candidate: answered ?? candidates[0] ?? null,
    inputTokens: profile?.inputTokensEstimate ?? 0,
    outputTokens: Math.min(
      Math.ceil(relayedBytes / STREAM_BYTES_PER_TOKEN),
      drawn?.outputTokens ?? Number.MAX_SAFE_INTEGER,
    ),
  };
}

/** An adapter that fails a call with one of these before it took it, which then nobody has recorded, has used nothing. */
const REFUSED_BY_ADAPTER: ReadonlySet<string> = new Set(['gateway.draining', 'gateway.overloaded']);

/**
 * Whether it is certain that no adapter took the call.
 * @param wasConnected whether the bus was there when it was opened
 */
export function isNeverTaken({ code, recorded }: Failure, wasConnected: boolean): boolean {
  if (code === 'bus.disconnected') return !wasConnected;
  return code === 'bus.no_responder' || (recorded === undefined && REFUSED_BY_ADAPTER.has(code));
}
