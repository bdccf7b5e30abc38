import { TAKE_GRANTS } from './take-grants.ts';

/**
 * A window says at which use the next alert is due, so that a settlement which reaches none pays for one comparison.
 * Whoever moves a window holds its row: each threshold is seen to be crossed by one transaction alone.
 */
export const ALERTS = `
alter table budget.quota_window
  add column alert_pct numeric[] not null default '{}',
  add column next_alert numeric(38, 0);
comment on column budget.quota_window.next_alert is 'what settled must reach for the next alert; null: there is none to come';

create table budget.quota_alert (
  alert_id  text primary key,
  window_id text not null references budget.quota_window on delete cascade,
  pct       numeric not null,
  settled   numeric(38, 0) not null,
  raised_at timestamptz not null default now(),
  told_at   timestamptz,
  unique (window_id, pct)
);
create index quota_alert_untold on budget.quota_alert (raised_at) where told_at is null;
comment on table budget.quota_alert is 'once for each window and threshold; told when the control plane has it safe';

create function budget.next_alert(p_window_id text, p_limit numeric, p_pct numeric[]) returns numeric
language sql as $$
  select min(ceil(p_limit * p.pct / 100)) from unnest(p_pct) as p(pct)
  where not exists (select from budget.quota_alert a where a.window_id = p_window_id and a.pct = p.pct)
$$;

create function budget.arrange_alerts() returns trigger language plpgsql as $$
begin
  new.next_alert := budget.next_alert(new.window_id, new.limit_units, new.alert_pct);
  return new;
end $$;

create function budget.raise_alerts() returns trigger language plpgsql as $$
begin
  insert into budget.quota_alert (alert_id, window_id, pct, settled)
    select 'evt_' || left(encode(sha256(convert_to(new.window_id || '|' || trim_scale(p.pct)::text, 'UTF8')), 'hex'), 26),
           new.window_id, p.pct, new.settled
    from unnest(new.alert_pct) as p(pct) where ceil(new.limit_units * p.pct / 100) <= new.settled
    on conflict do nothing;
  new.next_alert := budget.next_alert(new.window_id, new.limit_units, new.alert_pct);
  return new;
end $$;

-- By name, one after the other: a limit that was lowered may have been reached already.
create trigger alerts_1_arrange before insert on budget.quota_window
  for each row when (new.alert_pct <> '{}') execute function budget.arrange_alerts();
create trigger alerts_1_rearrange before update of limit_units, alert_pct on budget.quota_window
  for each row when (new.alert_pct <> old.alert_pct or new.limit_units is distinct from old.limit_units)
  execute function budget.arrange_alerts();
create trigger alerts_2_raise before update on budget.quota_window
  for each row when (new.settled >= new.next_alert) execute function budget.raise_alerts();
`;

/** As before, with the thresholds of a quota. */
export const OPEN_WINDOWS_WITH_ALERTS = `
create or replace function budget.open_windows(p_quotas jsonb) returns void language plpgsql as $$
begin
  insert into budget.quota_window (window_id, quota_id, scope, scope_id, metric, kind, timezone, starts_at, ends_at,
                                   limit_given, currency, usd_per_unit, limit_units, hard, access, alert_pct)
  select q."windowId", q."quotaId", q.scope, q."scopeId", q.metric, q.kind, q.timezone,
         to_timestamp(q."startsAt" / 1000.0), coalesce(to_timestamp(q."endsAt" / 1000.0), 'infinity'),
         q."limit", q.currency, q."usdPerUnit",
         case when q.metric = 'cost' then floor(q."limit" * q."usdPerUnit") else q."limit" end, q.hard, q.access,
         coalesce(q."alertPct", '{}')
  from jsonb_to_recordset(p_quotas) as q("windowId" text, "quotaId" text, scope text, "scopeId" text, metric text,
    kind text, timezone text, "startsAt" numeric, "endsAt" numeric, "limit" numeric, currency text,
    "usdPerUnit" numeric, hard boolean, access text, "alertPct" numeric[])
  order by q."quotaId", q.metric, q.kind
  on conflict do nothing;
end $$;
`;

/** As before, and thresholds that changed are taken over. An instance that is not up to date says none and changes none. */
export const TAKE_GRANTS_WITH_ALERTS = (
  [
    [
      'or w.hard <> q.hard or',
      'or w.hard <> q.hard or w.alert_pct <> coalesce(q."alertPct", w.alert_pct) or',
    ],
    [
      '"usdPerUnit" numeric, hard boolean)\n    left join',
      '"usdPerUnit" numeric, hard boolean, "alertPct" numeric[])\n    left join',
    ],
    ['hard = q.hard, currency', 'hard = q.hard, alert_pct = q.alerts, currency'],
    [
      '(select x.*, o.window_id,',
      '(select x.*, o.window_id, coalesce(x."alertPct", o.alert_pct) as alerts,',
    ],
    [
      '"usdPerUnit" numeric, hard boolean)\n          join',
      '"usdPerUnit" numeric, hard boolean, "alertPct" numeric[])\n          join',
    ],
  ] as const
).reduce((sql, [from, to]) => replaceOnce(sql, from, to), TAKE_GRANTS);

function replaceOnce(sql: string, from: string, to: string): string {
  const parts = sql.split(from);
  if (parts.length !== 2) throw new Error(`expected once: ${from}`);
  return parts.join(to);
}
