import {
  type Failure,
  failure,
  type KeyPolicy,
  type Operation,
  type Plan,
  type PlatformQuota,
} from '@tollgate/contracts';
import type { DrawDecision, QuotaHolder } from './grants/grant-holder.ts';
import type { PlanEntry } from './plan-cache.ts';
import type { ReservationTerms } from './reservation.ts';

/** What a plan draws on where connections of the operator's may answer. */
export interface PlatformTerms {
  /** The key's own quotas, and those of platform access that hold for the operation. */
  readonly holder: QuotaHolder;
  readonly quotas: readonly PlatformQuota[];
  readonly terms: ReservationTerms;
  /** The same plan without those connections; null where nothing would be left of it. */
  readonly others: PlanEntry | null;
}

/** Quotas of platform access that requests of an operation meet. */
export function platformQuotasFor(
  { platformQuotas }: Pick<KeyPolicy, 'platformQuotas'>,
  operation: Operation,
): readonly PlatformQuota[] {
  return (platformQuotas ?? []).filter(
    ({ operations }) => operations === undefined || operations.includes(operation),
  );
}

export function isPlatform({ access }: Plan['candidates'][number]): boolean {
  return access === 'platform';
}

/**
 * Whose quotas requests draw on that a connection of the operator's may answer: one for each key and set of quotas, so that
 * they share grants, and nobody else's requests touch them.
 */
export class PlatformHolders {
  private readonly known = new WeakMap<KeyPolicy, Map<string, QuotaHolder>>();

  of(policy: KeyPolicy, quotas: readonly PlatformQuota[]): QuotaHolder {
    const name = quotas.map(({ quotaId }) => quotaId).join(' ');
    const ofPolicy = this.known.get(policy) ?? new Map<string, QuotaHolder>();
    this.known.set(policy, ofPolicy);
    const found = ofPolicy.get(name);
    if (found) return found;
    const { organizationId, projectId, keyId } = policy;
    const holder = {
      organizationId,
      projectId,
      keyId,
      quotas: [...policy.quotas, ...quotas.map(plain)],
    };
    ofPolicy.set(name, holder);
    return holder;
  }
}

export interface PlatformRefusal {
  readonly failure: Failure;
  /** A project's own connections may still serve the request. */
  readonly isForPlatformAlone: boolean;
}

/** What a refusal means that came of the quotas of a key and of platform access together. */
export function platformRefusal(
  { failure: told, quota }: Extract<DrawDecision, { outcome: 'refused' }>,
  quotas: readonly PlatformQuota[],
): PlatformRefusal {
  const met = quota && quotas.find(({ quotaId }) => quotaId === quota.quotaId);
  if (!met) return { failure: told, isForPlatformAlone: told.code === 'budget.unavailable' };
  const internal = told.internal === undefined ? {} : { internal: told.internal };
  if (met.kind === 'onboarding')
    return { failure: failure('budget.managed_limit', internal), isForPlatformAlone: true };
  const message = "The organization's credits are spent, or cannot cover this request.";
  const spent = failure('budget.exceeded', { ...internal, message });
  return { failure: spent, isForPlatformAlone: true };
}

/** As budget knows it. */
function plain({ kind: _kind, operations: _operations, ...quota }: PlatformQuota) {
  return quota;
}
