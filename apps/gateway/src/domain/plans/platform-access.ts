import {
  type Failure,
  failure,
  type KeyPolicy,
  type Operation,
  type Plan,
  type PlatformQuota,
  type QuotaDefinition,
} from '@tollgate/contracts';

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

/** As budget knows it. */
export function plainQuota({
  kind: _kind,
  operations: _operations,
  ...quota
}: PlatformQuota): QuotaDefinition {
  return quota;
}

/** What the caller is told when a quota of platform access refused. */
export function platformRefusal(kind: PlatformQuota['kind'], told: Failure): Failure {
  const internal = told.internal === undefined ? {} : { internal: told.internal };
  if (kind === 'onboarding') return failure('budget.managed_limit', internal);
  const message = "The organization's credits are spent, or cannot cover this request.";
  return failure('budget.exceeded', { ...internal, message });
}
