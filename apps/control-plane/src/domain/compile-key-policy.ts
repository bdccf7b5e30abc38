import type { KeyPolicy } from '@tollgate/contracts';
import { compilePlatformQuotas, type Credits } from './compile-platform-quotas.ts';
import {
  compileQuotas,
  compileRequestQuotas,
  type ExchangeRates,
  type QuotaIdOf,
} from './compile-quotas.ts';
import { compileRequestSlotQuotas, compileSlotQuotas } from './compile-slot-quotas.ts';
import type { KeyRow, OrganizationRow, ProjectRow, RouteRow } from './rows.ts';

export interface KeyPolicySources {
  readonly key: KeyRow;
  /** When the text stops that the policy is found by; null for the key's current one. */
  readonly textEndsAt: Date | null;
  readonly project: ProjectRow;
  readonly organization: OrganizationRow;
  /** Null where it never bought any. */
  readonly credits: Credits | null;
  /** Routes of the key's project. */
  readonly routes: readonly Pick<RouteRow, 'id' | 'name' | 'publishedVersion'>[];
  readonly rates: ExchangeRates;
  readonly quotaIdOf: QuotaIdOf;
}

/** All that the data plane must know of a key, in one document. */
export function compileKeyPolicy(sources: KeyPolicySources): KeyPolicy {
  const { key, project, organization, textEndsAt } = sources;
  const { rates, quotaIdOf } = sources;
  const owners = { key, project, organization };
  const published = sources.routes.filter((route) => route.publishedVersion !== null);
  return {
    keyId: key.id,
    projectId: project.id,
    organizationId: organization.id,
    name: key.name,
    status: key.revokedAt ? 'revoked' : key.enabled ? 'active' : 'disabled',
    expiresAt: earliest(key.expiresAt, textEndsAt),
    ...(textEndsAt ? { textEndsAt: textEndsAt.getTime() } : {}),
    routeId: published.find((route) => route.id === key.routeId)?.id ?? null,
    routesByName: Object.fromEntries(published.map((route) => [route.name, route.id])),
    routingStrategy: key.routingStrategy,
    modelAllowlist: key.modelAllowlist && [...key.modelAllowlist],
    quotas: compileQuotas(owners, rates, quotaIdOf),
    requestQuotas: compileRequestQuotas(owners, rates, quotaIdOf),
    slotQuotas: compileSlotQuotas(owners, quotaIdOf),
    requestSlotQuotas: compileRequestSlotQuotas(owners, quotaIdOf),
    platformQuotas: compilePlatformQuotas(organization, sources.credits, quotaIdOf),
    defaultPrice: project.defaultPrice ?? organization.defaultPrice,
    metadata: { ...key.metadata },
    allowProviderKeys: key.allowProviderKeys,
    sourceRanges: key.sourceRanges && [...key.sourceRanges],
    payloadCapture: project.payloadCapture ?? organization.payloadCapture,
  };
}

/** The former text ends with its key, if that is earlier. Gateways that know no former texts go by this alone. */
function earliest(...times: readonly (Date | null)[]): number | null {
  const given = times.flatMap((time) => (time ? [time.getTime()] : []));
  return given.length === 0 ? null : Math.min(...given);
}
