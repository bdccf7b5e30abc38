import type { QuotaAlert } from '@tollgate/contracts';
import type { Database } from './database.ts';

const MOST = 200;

const UNTOLD_ALERTS = `
  select a.alert_id as "alertId", w.quota_id as "quotaId", w.window_id as "windowId", w.scope, w.scope_id as "scopeId",
         w.metric, w.kind as "window", a.pct::float8 as "thresholdPct", coalesce(w.limit_units, 0)::text as "limit",
         a.settled::text as settled, w.hard,
         case when w.kind <> 'total' then (extract(epoch from w.starts_at) * 1000)::float8 end as "startsAt",
         case when w.ends_at < 'infinity' then (extract(epoch from w.ends_at) * 1000)::float8 end as "endsAt",
         floor(extract(epoch from a.raised_at) * 1000)::float8 as "raisedAt"
  from budget.quota_alert a join budget.quota_window w on w.window_id = a.window_id
  where a.told_at is null order by a.raised_at limit ${MOST}`;

export const ACKNOWLEDGE_ALERTS =
  'update budget.quota_alert set told_at = now() where alert_id = any($1) and told_at is null';

export function untoldAlerts(database: Database): Promise<QuotaAlert[]> {
  return database.query<QuotaAlert>(UNTOLD_ALERTS, []);
}
