import type { QuotaAlert } from '@tollgate/contracts';
import type { Database } from './database.ts';

const MOST = 200;

const UNTOLD_ALERTS = `
  select a.alert_id as "alertId", w.quota_id as "quotaId", w.window_id as "windowId", w.scope, w.scope_id as "scopeId",
         w.metric, w.kind as "window", a.pct::float8 as "thresholdPct", coalesce(w.limit_units, 0)::text as "limit",
         a.settled::text as settled, w.hard,
         case when w.kind <> 'total' then (extract(epoch from w.starts_at) * 1000)::float8 end as "startsAt",
         case when w.ends_at < 'infinity' then (extract(epoch from w.ends_at) * 1000)::float8 end as "endsAt",
         floor(extract(epoch from a.raised_at) * 1000)::float8 as "raisedAt",
         case when w.counts_by is not null then jsonb_strip_nulls(
           jsonb_build_object('by', w.counts_by, 'tag', w.counts_tag, 'value', w.counts_value)) end as counts
  from budget.quota_alert a join budget.quota_window w on w.window_id = a.window_id
  where a.told_at is null order by a.raised_at limit ${MOST}`;

export const ACKNOWLEDGE_ALERTS =
  'update budget.quota_alert set told_at = now() where alert_id = any($1) and told_at is null';

/**
 * A request was refused for good, so the owner's budget is used up, unless most of it is left and the request was just too
 * large. The id and the threshold are those of the last unit being spent: whichever is first is told, and the other not.
 */
export const RAISE_SPENT = `
  insert into budget.quota_alert (alert_id, window_id, pct, settled)
    select 'evt_' || left(encode(sha256(convert_to(w.window_id || '|100', 'UTF8')), 'hex'), 26), w.window_id, 100, w.settled
    from budget.quota_window w
    where w.window_id = any($1) and w.metric = 'cost' and w.hard and 100 = any(w.alert_pct)
      and 2 * w.settled >= w.limit_units
      and not exists (select from budget.quota_alert a where a.window_id = w.window_id and a.pct = 100)
    order by w.window_id
  on conflict do nothing`;

type AlertRow = Omit<QuotaAlert, 'counts'> & { readonly counts: QuotaAlert['counts'] | null };

export async function untoldAlerts(database: Pick<Database, 'query'>): Promise<QuotaAlert[]> {
  const rows = await database.query<AlertRow>(UNTOLD_ALERTS, []);
  return rows.map(({ counts, ...alert }) => (counts ? { ...alert, counts } : alert));
}
