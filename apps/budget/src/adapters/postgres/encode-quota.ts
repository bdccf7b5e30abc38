import type { QuotaDefinition } from '@tollgate/contracts';
import type { OpenQuota } from '../../application/ledger.ts';
import { isBucket } from '../../domain/quota-kind.ts';
import { emptyBucket } from '../../domain/token-bucket.ts';

const DECIMAL = /^\d{1,18}(\.\d{1,18})?$/;

/** As `budget.take_grants` reads it. */
export function encodeQuota(
  { windowId, quota, startsAt, endsAt }: OpenQuota,
  nowMs: number,
): object {
  return {
    windowId,
    quotaId: quota.quotaId,
    scope: quota.scope,
    scopeId: quota.scopeId,
    metric: quota.metric,
    kind: quota.window,
    timezone: quota.timezone,
    startsAt,
    endsAt,
    limit: quota.limit,
    currency: quota.metric === 'cost' ? (quota.currency ?? 'USD') : null,
    usdPerUnit: usdPerUnit(quota),
    hard: quota.hard,
    access: quota.access ?? null,
    alertPct: alertPctOf(quota),
    countsBy: quota.counts?.by ?? null,
    countsTag: quota.counts?.tag ?? null,
    countsValue: quota.counts?.value ?? null,
    bucketSecond: isBucket(quota) ? emptyBucket(nowMs).second : null,
  };
}

/** That money has run out is always told; of a bucket, which never begins anew, nothing is. */
function alertPctOf(quota: QuotaDefinition): number[] {
  if (isBucket(quota)) return [];
  const all = new Set(quota.metric === 'cost' ? [...quota.alertPct, 100] : quota.alertPct);
  return [...all].sort((a, b) => a - b);
}

/** Null for counts, and where no rate is known; never 1 in place of a missing rate. */
function usdPerUnit(quota: QuotaDefinition): string | null {
  if (quota.metric !== 'cost') return null;
  if (quota.currency === null || quota.currency === 'USD') return '1';
  return quota.usdPerUnit !== null && DECIMAL.test(quota.usdPerUnit) ? quota.usdPerUnit : null;
}
