/** What connections of the operator's used stands beside what was used in all, and windows say which of the two they count. */
export const PLATFORM_COLUMNS = `
alter table budget.quota_window add column access text check (access = 'platform');
comment on column budget.quota_window.access is 'platform: counts what connections of the operator''s used; null: everything';
alter table budget.settlement
  add column platform_cost numeric(38, 0) not null default 0,
  add column platform_tokens bigint not null default 0,
  add column platform_requests bigint not null default 0;
`;

/** As before, with the access of a quota. */
export const OPEN_WINDOWS = `
create or replace function budget.open_windows(p_quotas jsonb) returns void language plpgsql as $$
begin
  insert into budget.quota_window (window_id, quota_id, scope, scope_id, metric, kind, timezone, starts_at, ends_at,
                                   limit_given, currency, usd_per_unit, limit_units, hard, access)
  select q."windowId", q."quotaId", q.scope, q."scopeId", q.metric, q.kind, q.timezone,
         to_timestamp(q."startsAt" / 1000.0), coalesce(to_timestamp(q."endsAt" / 1000.0), 'infinity'),
         q."limit", q.currency, q."usdPerUnit",
         case when q.metric = 'cost' then floor(q."limit" * q."usdPerUnit") else q."limit" end, q.hard, q.access
  from jsonb_to_recordset(p_quotas) as q("windowId" text, "quotaId" text, scope text, "scopeId" text, metric text,
    kind text, timezone text, "startsAt" numeric, "endsAt" numeric, "limit" numeric, currency text,
    "usdPerUnit" numeric, hard boolean, access text)
  order by q."quotaId", q.metric, q.kind
  on conflict do nothing;
end $$;
`;
