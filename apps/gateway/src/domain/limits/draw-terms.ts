import type {
  Candidate,
  Counted,
  ExcludedCandidate,
  Failure,
  PlatformQuota,
  SlotQuota,
} from '@tollgate/contracts';
import type { QuotaHolder } from '../grants/grant-holder.ts';
import type { PlanEntry } from '../plans/plan-cache.ts';
import { platformRefusal } from '../plans/platform-access.ts';
import type { ReservationTerms } from './reservation.ts';

/** A limit that holds for some candidates alone: where it is met, the others may still answer. */
export interface PartLimit {
  readonly quotaId: string;
  readonly candidates: readonly Candidate[];
  /** Of platform access; null for those that users set. */
  readonly kind: PlatformQuota['kind'] | null;
  /** It bounds what may be spent, so what a request may use must be bounded too. */
  readonly isHardAmount: boolean;
  /** What it is of, for people. */
  readonly of: string;
}

/** What a request draws on under a plan: all limits of all who may answer, together. */
export interface DrawTerms {
  readonly entry: PlanEntry;
  readonly holder: QuotaHolder;
  readonly terms: ReservationTerms;
  readonly slots: readonly SlotQuota[];
  readonly parts: readonly PartLimit[];
  /** The limits that select requests, by id: what they count. */
  readonly counted: ReadonlyMap<string, string>;
}

/** Why a request may not go on as it is: the quota where one refused, else why nobody could be asked. */
export interface Refusal {
  readonly failure: Failure;
  readonly quota: { readonly quotaId: string } | null;
}

/**
 * The limits whose candidates must be left out for the request to go on; none where the refusal is of the whole request.
 * While budget is away those are left out that need it.
 */
export function partsBehind(
  { failure: told, quota }: Refusal,
  parts: readonly PartLimit[],
): readonly PartLimit[] {
  if (quota !== null) return parts.filter(({ quotaId }) => quotaId === quota.quotaId);
  return told.code === 'budget.unavailable' ? parts : [];
}

/** What the caller is told: which limit it was, where it is not one of all that the key does. */
export function tell(
  { failure: told, quota }: Refusal,
  { parts, counted }: Pick<DrawTerms, 'parts' | 'counted'>,
): Failure {
  if (quota === null) return told;
  const kind = parts.find(({ quotaId }) => quotaId === quota.quotaId)?.kind;
  if (kind) return platformRefusal(kind, told);
  const of = counted.get(quota.quotaId);
  if (of === undefined) return told;
  const message =
    told.code === 'budget.exceeded'
      ? `A budget of ${of} is spent, or cannot cover this request.`
      : `A rate limit of ${of} was met.`;
  return told.code === 'budget.exceeded' || told.code === 'budget.rate_limited'
    ? { ...told, message }
    : told;
}

/** Of two refusals the one after which it is worth asking again sooner. */
export function sooner(a: Failure | null, b: Failure): Failure {
  if (a === null) return b;
  const [first, second] = [a, b].map((one) => one.retryAfterMs ?? Number.POSITIVE_INFINITY);
  return (second ?? 0) < (first ?? 0) ? b : a;
}

/** What a limit counts, for people. */
export function describeCounted({ by, tag, value }: Counted): string {
  const name = JSON.stringify(value);
  return by === 'end_user' ? `end user ${name}` : by === 'tag' ? `${tag} ${name}` : `${by} ${name}`;
}

/**
 * The plan without those that limits stand for, each with the reason; null where nobody would be left.
 * @param contextId of what adapters are sent
 */
export function leaveOut(
  entry: PlanEntry,
  parts: readonly PartLimit[],
  contextId: string,
): PlanEntry | null {
  const { plan, context, terms } = entry;
  const why = new Map<Candidate, string>();
  for (const { candidates, of } of parts)
    for (const candidate of candidates) if (!why.has(candidate)) why.set(candidate, of);
  const candidates = plan.candidates.filter((one) => !why.has(one));
  if (candidates.length === 0) return null;
  const excluded = [...plan.excluded];
  for (const [candidate, of] of why) excluded.push(excludedBy(candidate, of));
  return {
    ...entry,
    plan: { ...plan, candidates, excluded },
    context: { id: contextId, value: { ...context.value, candidates, excluded } },
    terms: {
      ...terms,
      candidates: terms.candidates.filter((_, place) => {
        const candidate = plan.candidates[place];
        return candidate !== undefined && !why.has(candidate);
      }),
    },
  };
}

function excludedBy(candidate: Candidate, of: string): ExcludedCandidate {
  const { aiProviderId, connectionName, provider, model } = candidate;
  const text = `a limit of ${of} was met`;
  return { aiProviderId, connectionName, provider, model, reason: 'limit_met', text };
}
