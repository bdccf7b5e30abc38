/**
 * What a settlement was worth in the currency of each window that it was booked into: the window's frozen rate, kept when
 * the window is gone. A trigger of the statement, so that a batch pays for it once, and hardly anything where all is in
 * dollars.
 */
export const SETTLEMENT_RATES = `
create table budget.settlement_rate (
  request_id   text not null,
  window_id    text not null,
  currency     text not null,
  usd_per_unit numeric(38, 18) not null,
  primary key (request_id, window_id)
);
comment on table budget.settlement_rate is
  'the rate that a settlement was booked at, for windows that are not in dollars; never changed';

create trigger settlement_rate_immutable before update on budget.settlement_rate
  for each row execute function budget.refuse_change();

create function budget.stamp_rates() returns trigger language plpgsql as $$
begin
  insert into budget.settlement_rate (request_id, window_id, currency, usd_per_unit)
    select b.request_id, w.window_id, w.currency, w.usd_per_unit
    from (
      select q.window_id, q.currency, q.usd_per_unit from budget.quota_window q
      where q.window_id in (select distinct unnest(n.window_ids) from booked n)
        and q.currency <> 'USD' and q.usd_per_unit is not null
    ) w
    join booked b on w.window_id = any (b.window_ids)
    on conflict do nothing;
  return null;
end $$;

create trigger settlement_rates after insert on budget.settlement
  referencing new table as booked for each statement execute function budget.stamp_rates();
`;

/** Those that were booked before, as far as their windows are there. */
export const STAMP_FORMER = `
insert into budget.settlement_rate (request_id, window_id, currency, usd_per_unit)
  select s.request_id, w.window_id, w.currency, w.usd_per_unit
  from budget.settlement s join budget.quota_window w on w.window_id = any (s.window_ids)
  where w.currency <> 'USD' and w.usd_per_unit is not null
`;
