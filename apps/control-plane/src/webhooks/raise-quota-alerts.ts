import { formatUsd, type QuotaAlert } from '@tollgate/contracts';
import type { EntityManager } from 'typeorm';
import { keys } from '../database/tables.ts';
import type { EventData } from './event-payloads.ts';
import { type RaisedEvent, raiseEvent } from './raise-event.ts';

/** Raises what budget tells of, each under the alert's own id: told again, it changes nothing. */
export async function raiseQuotaAlerts(
  manager: EntityManager,
  alerts: readonly QuotaAlert[],
): Promise<void> {
  for (const alert of alerts) {
    const owner = await ownerOf(manager, alert);
    if (!owner) continue;
    await raiseEvent(manager, {
      id: alert.alertId,
      type: typeOf(alert),
      owner,
      at: new Date(alert.raisedAt),
      data: dataOf(alert),
    });
  }
}

type AlertType = 'budget.threshold' | 'budget.exceeded' | 'quota.threshold';

function typeOf({ metric, thresholdPct }: QuotaAlert): AlertType {
  if (metric !== 'cost') return 'quota.threshold';
  return thresholdPct >= 100 ? 'budget.exceeded' : 'budget.threshold';
}

/** A key that was deleted since has nobody to tell. */
async function ownerOf(
  manager: EntityManager,
  { scope, scopeId }: QuotaAlert,
): Promise<RaisedEvent['owner'] | undefined> {
  if (scope === 'organization') return { organizationId: scopeId };
  if (scope === 'project') return { projectId: scopeId };
  const key = await manager.findOneBy(keys, { id: scopeId });
  return key ? { projectId: key.projectId } : undefined;
}

function dataOf(alert: QuotaAlert): EventData<AlertType> {
  const isCost = alert.metric === 'cost';
  const amount = (units: string): string => (isCost ? formatUsd(BigInt(units)) : units);
  return {
    quotaId: alert.quotaId,
    windowId: alert.windowId,
    scope: alert.scope,
    scopeId: alert.scopeId,
    metric: alert.metric,
    window: alert.window,
    thresholdPct: alert.thresholdPct,
    currency: isCost ? 'USD' : null,
    limit: amount(alert.limit),
    used: amount(alert.settled),
    hard: alert.hard,
    counts: alert.counts ?? null,
    windowStartsAt: timeOf(alert.startsAt),
    windowEndsAt: timeOf(alert.endsAt),
  };
}

const timeOf = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString();
