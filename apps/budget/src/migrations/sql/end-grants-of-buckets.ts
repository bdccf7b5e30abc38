/** As `end-grants.ts` ends them, and buckets get back what was not drawn, as long as it is not too late. */
export const END_GRANTS_OF_BUCKETS = `
create function budget.release_windows(p_window_ids text[], p_cost numeric[], p_tokens numeric[], p_requests numeric[],
                                       p_ends bigint[], p_now_ms bigint) returns void language plpgsql as $$
begin
  perform 1 from budget.quota_window where window_id = any (p_window_ids) order by window_id for update;
  update budget.quota_window w set granted = w.granted - u.freed,
      bucket = case when (w.bucket).second is null then w.bucket
        else budget.move_bucket(w.bucket, w.limit_units, p_now_ms, u.ends, u.each, array_fill(0::numeric, array[cardinality(u.each)])) end
    from (select y.window_id, sum(y.freed) as freed, array_agg(y.freed) as each, array_agg(y.ends) as ends
          from (select x.window_id, coalesce(x.ends, 0) as ends,
                  case q.metric when 'cost' then x.cost when 'tokens' then x.tokens else x.requests end as freed
                from unnest(p_window_ids, p_cost, p_tokens, p_requests, p_ends) as x(window_id, cost, tokens, requests, ends)
                join budget.quota_window q on q.window_id = x.window_id) y
          group by y.window_id) u
    where w.window_id = u.window_id;
end $$;

create or replace function budget.return_grant(p_grant_id text, p_cost numeric, p_tokens numeric, p_requests numeric,
                                               p_now_ms bigint) returns text language plpgsql as $$
declare
  g budget.budget_grant;
  v_cost numeric; v_tokens numeric; v_requests numeric; n integer;
begin
  select * into g from budget.budget_grant where grant_id = p_grant_id for update;
  if not found then return 'unknown'; end if;
  if g.state in ('returned', 'closed') then return 'returned'; end if;
  v_cost := least(greatest(g.cost - p_cost, 0), g.held_cost);
  v_tokens := least(greatest(g.tokens - p_tokens, 0), g.held_tokens);
  v_requests := least(greatest(g.requests - p_requests, 0), g.held_requests);
  update budget.budget_grant set held_cost = held_cost - v_cost, held_tokens = held_tokens - v_tokens,
      held_requests = held_requests - v_requests, ended_at = to_timestamp(p_now_ms / 1000.0), closes_after_seq = null,
      state = case when g.held_cost = v_cost and g.held_tokens = v_tokens and g.held_requests = v_requests
                   then 'closed' else 'returned' end
    where grant_id = p_grant_id;
  n := cardinality(g.window_ids);
  perform budget.release_windows(g.window_ids, array_fill(v_cost, array[n]), array_fill(v_tokens, array[n]),
                                 array_fill(v_requests, array[n]), array_fill(g.bucket_ends, array[n]), p_now_ms);
  return 'returned';
end $$;

create function budget.close_grants(p_ack_floor bigint, p_most integer, p_now_ms bigint) returns integer
language plpgsql as $$
declare
  v_ids text[]; v_windows text[]; v_cost numeric[]; v_tokens numeric[]; v_requests numeric[]; v_ends bigint[];
begin
  select array_agg(l.grant_id) into v_ids from (
    select grant_id from budget.budget_grant
    where state in ('returned', 'expired') and closes_after_seq <= p_ack_floor
    order by grant_id limit p_most for update skip locked) l;
  if v_ids is null then return 0; end if;
  select array_agg(w.window_id), array_agg(g.held_cost), array_agg(g.held_tokens), array_agg(g.held_requests),
         array_agg(g.bucket_ends)
    into v_windows, v_cost, v_tokens, v_requests, v_ends
    from budget.budget_grant g cross join lateral unnest(g.window_ids) as w(window_id)
    where g.grant_id = any (v_ids);
  update budget.budget_grant set held_cost = 0, held_tokens = 0, held_requests = 0, state = 'closed'
    where grant_id = any (v_ids);
  perform budget.release_windows(v_windows, v_cost, v_tokens, v_requests, v_ends, p_now_ms);
  return cardinality(v_ids);
end $$;

-- For instances that are not up to date.
create or replace function budget.close_grants(p_ack_floor bigint, p_most integer) returns integer language sql as $$
  select budget.close_grants(p_ack_floor, p_most, (extract(epoch from clock_timestamp()) * 1000)::bigint)
$$;

drop function budget.release_windows(text[], numeric[], numeric[], numeric[]);
`;
