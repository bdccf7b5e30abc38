import { encodePicoUsd, type Operation, type PlatformQuota } from '@tollgate/contracts';
import type { QuotaIdOf } from './compile-quotas.ts';
import type { ManagedCaps, OrganizationRow } from './rows.ts';

/** What an organization has bought, corrections included; null where it never bought any. */
export interface Credits {
  readonly grantedPicoUsd: bigint;
}

/** What counts against each cap: asking how many tokens a prompt has is free. */
const CAPPED: Record<keyof ManagedCaps, Operation[]> = {
  chat: ['chat', 'speech', 'transcription', 'moderation'],
  images: ['images'],
  embeddings: ['embeddings'],
};

/**
 * What an organization may have of the operator's connections: its credits once it has bought some, the onboarding caps
 * before. The ids come from the organization alone, so that all its keys share them and nothing forgets what was spent.
 */
export function compilePlatformQuotas(
  organization: Pick<OrganizationRow, 'id' | 'managedCaps'>,
  credits: Credits | null,
  quotaIdOf: QuotaIdOf,
): PlatformQuota[] {
  const shared = {
    scope: 'organization',
    scopeId: organization.id,
    window: 'total',
    timezone: 'UTC',
    hard: true,
    alertPct: [],
    access: 'platform',
  } as const;
  if (credits !== null) {
    const { grantedPicoUsd } = credits;
    const limit = encodePicoUsd(grantedPicoUsd > 0n ? grantedPicoUsd : 0n);
    const quotaId = creditsQuotaId(organization.id, quotaIdOf);
    const money = { metric: 'cost', currency: 'USD', usdPerUnit: '1' } as const;
    return [{ quotaId, ...shared, ...money, limit, alertPct: [], kind: 'credits' }];
  }
  const count = { metric: 'requests', currency: null, usdPerUnit: null } as const;
  return (['chat', 'images', 'embeddings'] as const).flatMap((name): PlatformQuota[] => {
    const cap = organization.managedCaps[name];
    if (cap === null) return [];
    const quotaId = quotaIdOf(['organization', organization.id, 'onboarding', name].join('|'));
    const kind = 'onboarding';
    const operations = CAPPED[name];
    return [{ quotaId, ...shared, ...count, limit: String(cap), alertPct: [], kind, operations }];
  });
}

/** Under this id budget keeps what was spent of an organization's credits. */
export function creditsQuotaId(organizationId: string, quotaIdOf: QuotaIdOf): string {
  return quotaIdOf(['organization', organizationId, 'credits'].join('|'));
}
