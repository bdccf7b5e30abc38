/**
 * Amounts are integers: pico-USD for cost, counts for tokens and requests.
 * What must hold: `granted` of a window is the sum of what the grants that name it still hold, and `settled` is the sum
 * of the settlements that name it.
 */
export const TABLES = `
create table budget.quota_window (
  window_id     text primary key,
  quota_id      text not null,
  scope         text not null,
  scope_id      text not null,
  metric        text not null check (metric in ('cost', 'tokens', 'requests')),
  kind          text not null check (kind in ('minute', 'hour', 'day', 'month', 'total')),
  timezone      text not null,
  starts_at     timestamptz not null,
  ends_at       timestamptz not null,
  limit_given   numeric(38, 0) not null,
  currency      text,
  usd_per_unit  numeric(38, 18),
  limit_units   numeric(38, 0),
  hard          boolean not null,
  settled       numeric(38, 0) not null default 0 check (settled >= 0),
  granted       numeric(38, 0) not null default 0 check (granted >= 0),
  created_at    timestamptz not null default now(),
  unique (quota_id, metric, kind, starts_at)
) with (fillfactor = 50);
create index quota_window_by_scope on budget.quota_window (scope_id, ends_at);
create index quota_window_by_end on budget.quota_window (ends_at) where ends_at < 'infinity';
comment on column budget.quota_window.limit_given is 'pico-units of currency for cost, else a count';
comment on column budget.quota_window.usd_per_unit is 'frozen when the window is opened; null: no rate was known yet';
comment on column budget.quota_window.limit_units is 'pico-USD or a count: what settled + granted may reach';

create table budget.budget_grant (
  grant_id         text primary key,
  holder           text not null,
  organization_id  text not null,
  project_id       text not null,
  key_id           text not null,
  window_ids       text[] not null,
  state            text not null default 'open' check (state in ('open', 'returned', 'expired', 'closed')),
  cost             numeric(38, 0) not null,
  tokens           numeric(38, 0) not null,
  requests         numeric(38, 0) not null,
  held_cost        numeric(38, 0) not null check (held_cost >= 0),
  held_tokens      numeric(38, 0) not null check (held_tokens >= 0),
  held_requests    numeric(38, 0) not null check (held_requests >= 0),
  taken_at         timestamptz not null,
  expires_at       timestamptz not null,
  ended_at         timestamptz,
  closes_after_seq bigint
) with (fillfactor = 50);
create index budget_grant_open on budget.budget_grant (expires_at) where state = 'open';
create index budget_grant_ended on budget.budget_grant (ended_at) where state in ('returned', 'expired');
create index budget_grant_closed on budget.budget_grant (ended_at) where state = 'closed';
comment on column budget.budget_grant.held_cost is 'what it still holds of its windows: neither returned nor settled';
comment on column budget.budget_grant.closes_after_seq is
  'the last sequence of the record stream when no call that drew on it could be under way any more';

create table budget.settlement (
  request_id      text primary key,
  organization_id text not null,
  project_id      text not null,
  key_id          text not null,
  grant_id        text,
  window_ids      text[],
  draw_cost       numeric(38, 0) not null,
  draw_tokens     bigint not null,
  draw_requests   bigint not null,
  cost            numeric(38, 0) not null,
  tokens          bigint not null,
  requests        bigint not null,
  usage_source    text not null,
  stream_seq      bigint not null,
  started_at      timestamptz not null,
  settled_at      timestamptz not null default now()
);
comment on table budget.settlement is 'one row a request, for good: what it drew, what it used, and the windows it was booked into';

create table budget.ledger_entry (
  request_id      text not null,
  attempt         smallint not null,
  organization_id text not null,
  project_id      text not null,
  key_id          text not null,
  ai_provider_id  text not null,
  provider        text not null,
  model           text not null,
  code            text,
  input_tokens    bigint not null,
  output_tokens   bigint not null,
  cost            numeric(38, 0) not null,
  price_version   text not null,
  started_at      timestamptz not null,
  primary key (request_id, attempt)
);
comment on table budget.ledger_entry is 'one row for each call to a provider; never changed';
`;

/** Nobody, not even this service, changes what was booked. */
export const IMMUTABILITY = `
create function budget.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger ledger_entry_immutable before update on budget.ledger_entry
  for each row execute function budget.refuse_change();
create trigger settlement_immutable before update on budget.settlement
  for each row execute function budget.refuse_change();
`;
