/** Windows may count some requests of their owner only: those of an end user or a tag, or what one provider or model did. */
export const COUNTED_COLUMNS = `
alter table budget.quota_window
  add column counts_by text check (counts_by in ('end_user', 'tag', 'provider', 'model')),
  add column counts_tag text,
  add column counts_value text;
comment on column budget.quota_window.counts_by is
  'counts those requests of its owner alone whose end user or tag has the value, or what was used at that provider or model';
`;

/** As before, with what a quota counts, and buckets where that is what it is. */
export const OPEN_WINDOWS = `
create or replace function budget.open_windows(p_quotas jsonb) returns void language plpgsql as $$
begin
  insert into budget.quota_window (window_id, quota_id, scope, scope_id, metric, kind, timezone, starts_at, ends_at,
                                   limit_given, currency, usd_per_unit, limit_units, hard, access, alert_pct, counts_by,
                                   counts_tag, counts_value, bucket)
  select q."windowId", q."quotaId", q.scope, q."scopeId", q.metric, q.kind, q.timezone,
         to_timestamp(q."startsAt" / 1000.0), coalesce(to_timestamp(q."endsAt" / 1000.0), 'infinity'),
         q."limit", q.currency, q."usdPerUnit",
         case when q.metric = 'cost' then floor(q."limit" * q."usdPerUnit") else q."limit" end, q.hard, q.access,
         coalesce(q."alertPct", '{}'), q."countsBy", q."countsTag", q."countsValue",
         case when q."bucketSecond" is not null then row(q."bucketSecond", 0, '{}', '{}')::budget.bucket end
  from jsonb_to_recordset(p_quotas) as q("windowId" text, "quotaId" text, scope text, "scopeId" text, metric text,
    kind text, timezone text, "startsAt" numeric, "endsAt" numeric, "limit" numeric, currency text,
    "usdPerUnit" numeric, hard boolean, access text, "alertPct" numeric[], "countsBy" text, "countsTag" text,
    "countsValue" text, "bucketSecond" bigint)
  order by q."quotaId", q.metric, q.kind
  on conflict do nothing;
end $$;
`;
