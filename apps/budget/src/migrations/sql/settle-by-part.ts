/** What a settled request used that a window counts which counts a part of it: the operator's connections', a provider's, a model's. */
export const USED_OF = `
create function budget.used_of(p_window budget.quota_window, p_settled budget.settlement,
                               out cost numeric, out tokens numeric, out requests numeric) language plpgsql stable as $$
begin
  if p_window.access = 'platform' then
    cost := p_settled.platform_cost; tokens := p_settled.platform_tokens; requests := p_settled.platform_requests;
  elsif p_window.counts_by in ('provider', 'model') then
    select coalesce(sum(e.cost), 0), coalesce(sum(e.input_tokens + e.output_tokens), 0), least(count(*), 1)
      into cost, tokens, requests
      from budget.ledger_entry e where e.request_id = p_settled.request_id
        and p_window.counts_value = any (case p_window.counts_by when 'provider' then array[e.ai_provider_id, e.provider]
                                         else array[e.model, e.provider || '/' || e.model] end);
  else
    cost := p_settled.cost; tokens := p_settled.tokens; requests := p_settled.requests;
  end if;
end $$;
create index quota_window_whole on budget.quota_window (scope_id, ends_at) where counts_by is null;
`;

/**
 * Books a batch of records in one transaction: the first record of a request wins, later ones change nothing.
 * A draw is moved from `granted` to what was really used in `settled`, in the windows of its grant, whatever became of that
 * grant since; windows that count a part are moved by that part. A record without a draw is booked into the windows of its
 * key, project and organization that were open when it started: into credits where it used a connection of the operator's,
 * never into onboarding caps, which hold for some operations only, nor into windows that count some requests only.
 * Windows, the hot rows, are locked last.
 */
export const SETTLE_BY_PART = `
create function budget.settle(
  p_request_ids text[], p_organization_ids text[], p_project_ids text[], p_key_ids text[], p_grant_ids text[],
  p_draw_cost numeric[], p_draw_tokens bigint[], p_draw_requests bigint[],
  p_cost numeric[], p_tokens bigint[], p_requests bigint[], p_usage_source text[], p_seq bigint[], p_started_ms bigint[],
  e_index integer[], e_attempt smallint[], e_ai_provider_ids text[], e_providers text[], e_models text[], e_codes text[],
  e_input_tokens bigint[], e_output_tokens bigint[], e_cost numeric[], e_price_versions text[], e_started_ms bigint[],
  p_platform_cost numeric[], p_platform_tokens bigint[], p_platform_requests bigint[], p_now_ms bigint
) returns integer language plpgsql as $$
declare
  v_booked text[];
  v_grants text[]; v_draw_cost numeric[]; v_draw_tokens numeric[]; v_draw_requests numeric[];
  -- What was used: a row for each window and grant.
  v_windows text[]; v_of text[]; v_cost numeric[]; v_tokens numeric[]; v_requests numeric[];
  -- What grants let go of: likewise.
  r_windows text[]; r_of text[]; r_cost numeric[]; r_tokens numeric[]; r_requests numeric[]; r_ends bigint[];
  v_parts text[];
begin
  with input as materialized (
    select distinct on (u.request_id) u.*, to_timestamp(u.started_ms / 1000.0) as started_at
    from unnest(p_request_ids, p_organization_ids, p_project_ids, p_key_ids, p_grant_ids, p_draw_cost, p_draw_tokens,
                p_draw_requests, p_cost, p_tokens, p_requests, p_usage_source, p_seq, p_started_ms, p_platform_cost,
                p_platform_tokens, p_platform_requests) with ordinality
      as u(request_id, organization_id, project_id, key_id, grant_id, draw_cost, draw_tokens, draw_requests, cost, tokens,
           requests, usage_source, seq, started_ms, platform_cost, platform_tokens, platform_requests, place)
    order by u.request_id, u.place
  ), owners as materialized (
    select organization_id, project_id, key_id, min(started_at) as since
    from input i where requests > 0
      and (grant_id is null or not exists (select from budget.budget_grant g where g.grant_id = i.grant_id))
    group by 1, 2, 3
  ), open_windows as materialized (
    select o.organization_id, o.project_id, o.key_id, w.window_id, w.starts_at, w.ends_at, w.access, w.metric
    from owners o join budget.quota_window w
      on w.scope_id in (o.organization_id, o.project_id, o.key_id) and w.ends_at > o.since and w.counts_by is null
  ), booked as (
    insert into budget.settlement (request_id, organization_id, project_id, key_id, grant_id, window_ids, draw_cost,
        draw_tokens, draw_requests, cost, tokens, requests, usage_source, stream_seq, started_at, platform_cost,
        platform_tokens, platform_requests)
    select i.request_id, i.organization_id, i.project_id, i.key_id, i.grant_id,
        coalesce(g.window_ids, case when i.requests > 0 then (
          select array_agg(o.window_id) from open_windows o
          where o.organization_id = i.organization_id and o.project_id = i.project_id and o.key_id = i.key_id
            and o.starts_at <= i.started_at and i.started_at < o.ends_at
            and (o.access is null or (o.metric = 'cost' and i.platform_cost > 0))) end),
        i.draw_cost, i.draw_tokens, i.draw_requests, i.cost, i.tokens, i.requests, i.usage_source, i.seq, i.started_at,
        i.platform_cost, i.platform_tokens, i.platform_requests
    from input i left join budget.budget_grant g on g.grant_id = i.grant_id
    order by i.request_id
    on conflict do nothing
    returning request_id, grant_id, window_ids, draw_cost, draw_tokens, draw_requests, cost, tokens, requests
  ), entered as (
    insert into budget.ledger_entry (request_id, attempt, organization_id, project_id, key_id, ai_provider_id, provider,
        model, code, input_tokens, output_tokens, cost, price_version, started_at)
    select i.request_id, e.attempt, i.organization_id, i.project_id, i.key_id, e.ai_provider_id, e.provider, e.model,
        e.code, e.input_tokens, e.output_tokens, e.cost, e.price_version, to_timestamp(e.started_ms / 1000.0)
    from unnest(e_index, e_attempt, e_ai_provider_ids, e_providers, e_models, e_codes, e_input_tokens, e_output_tokens,
                e_cost, e_price_versions, e_started_ms)
      as e(place, attempt, ai_provider_id, provider, model, code, input_tokens, output_tokens, cost, price_version, started_ms)
    join input i on i.place = e.place
    join booked b on b.request_id = i.request_id
  ), by_grant as (
    select grant_id, sum(draw_cost) as cost, sum(draw_tokens) as tokens, sum(draw_requests) as requests
    from booked where grant_id is not null group by grant_id
  ), by_window as (
    select w.window_id, b.grant_id, sum(b.cost) as cost, sum(b.tokens) as tokens, sum(b.requests) as requests
    from booked b cross join lateral unnest(b.window_ids) as w(window_id) group by 1, 2
  ), grants as (
    select array_agg(grant_id) as ids, array_agg(cost) as cost, array_agg(tokens) as tokens, array_agg(requests) as requests
    from by_grant
  ), windows as (
    select array_agg(window_id) as ids, array_agg(grant_id) as of, array_agg(cost) as cost, array_agg(tokens) as tokens,
        array_agg(requests) as requests
    from by_window
  )
  select (select array_agg(request_id) from booked), g.ids, g.cost, g.tokens, g.requests, w.ids, w.of, w.cost, w.tokens,
      w.requests
    into v_booked, v_grants, v_draw_cost, v_draw_tokens, v_draw_requests, v_windows, v_of, v_cost, v_tokens, v_requests
    from grants g, windows w;

  select array_agg(window_id) into v_parts from budget.quota_window
    where window_id = any (v_windows) and (access is not null or counts_by in ('provider', 'model'));
  if v_parts is not null then
    select array_agg(x.window_id), array_agg(x.of), array_agg(x.cost), array_agg(x.tokens), array_agg(x.requests)
      into v_windows, v_of, v_cost, v_tokens, v_requests
      from (
        select * from unnest(v_windows, v_of, v_cost, v_tokens, v_requests) as k(window_id, of, cost, tokens, requests)
          where k.window_id <> all (v_parts)
        union all
        select w.window_id, s.grant_id, sum(u.cost), sum(u.tokens), sum(u.requests)
          from budget.settlement s
          join budget.quota_window w on w.window_id = any (v_parts) and w.window_id = any (s.window_ids)
          cross join lateral budget.used_of(w, s) u
          where s.request_id = any (v_booked) group by 1, 2
      ) x;
  end if;

  if v_grants is not null then
    perform 1 from budget.budget_grant where grant_id = any (v_grants) order by grant_id for update;
    with freed as (
      select g.grant_id, g.window_ids, g.bucket_ends, least(g.held_cost, u.cost) as cost,
             least(g.held_tokens, u.tokens) as tokens, least(g.held_requests, u.requests) as requests
      from unnest(v_grants, v_draw_cost, v_draw_tokens, v_draw_requests) as u(grant_id, cost, tokens, requests)
      join budget.budget_grant g on g.grant_id = u.grant_id
    ), changed as (
      update budget.budget_grant g set held_cost = g.held_cost - f.cost, held_tokens = g.held_tokens - f.tokens,
          held_requests = g.held_requests - f.requests,
          ended_at = coalesce(g.ended_at, case when g.held_cost = f.cost and g.held_tokens = f.tokens
            and g.held_requests = f.requests then now() end),
          state = case when g.held_cost = f.cost and g.held_tokens = f.tokens and g.held_requests = f.requests
            then 'closed' else g.state end
      from freed f where g.grant_id = f.grant_id
    )
    select array_agg(w.window_id), array_agg(f.grant_id), array_agg(f.cost), array_agg(f.tokens), array_agg(f.requests),
           array_agg(f.bucket_ends)
      into r_windows, r_of, r_cost, r_tokens, r_requests, r_ends
      from freed f cross join lateral unnest(f.window_ids) as w(window_id);
  end if;

  if v_windows is not null or r_windows is not null then
    perform 1 from budget.quota_window where window_id = any (v_windows || r_windows) order by window_id for update;
    update budget.quota_window w set settled = w.settled + u.used, granted = w.granted - u.freed,
        bucket = case when (w.bucket).second is null then w.bucket
          else budget.move_bucket(w.bucket, w.limit_units, p_now_ms, u.ends, u.freed_each, u.used_each) end
      from (
        select y.window_id, sum(y.used) as used, sum(y.freed) as freed, array_agg(y.used) as used_each,
               array_agg(y.freed) as freed_each, array_agg(y.ends) as ends
        from (
          select m.window_id, m.of, coalesce(max(m.ends), ceil(p_now_ms / 1000.0)::bigint) as ends,
                 sum(case q.metric when 'cost' then m.cost when 'tokens' then m.tokens else m.requests end)
                   filter (where m.is_use) as used,
                 coalesce(sum(case q.metric when 'cost' then m.cost when 'tokens' then m.tokens else m.requests end)
                   filter (where not m.is_use), 0) as freed
          from (
            select true as is_use, s.*, null::bigint as ends
              from unnest(v_windows, v_of, v_cost, v_tokens, v_requests) as s(window_id, of, cost, tokens, requests)
            union all
            select false, r.* from unnest(r_windows, r_of, r_cost, r_tokens, r_requests, r_ends)
              as r(window_id, of, cost, tokens, requests, ends)
          ) m join budget.quota_window q on q.window_id = m.window_id
          group by m.window_id, m.of
        ) y group by y.window_id
      ) u where w.window_id = u.window_id;
  end if;
  return coalesce(cardinality(v_booked), 0);
end $$;
`;

/** For instances that are not up to date. */
export const SETTLE_WITHOUT_TIME = `
create or replace function budget.settle(
  p_request_ids text[], p_organization_ids text[], p_project_ids text[], p_key_ids text[], p_grant_ids text[],
  p_draw_cost numeric[], p_draw_tokens bigint[], p_draw_requests bigint[],
  p_cost numeric[], p_tokens bigint[], p_requests bigint[], p_usage_source text[], p_seq bigint[], p_started_ms bigint[],
  e_index integer[], e_attempt smallint[], e_ai_provider_ids text[], e_providers text[], e_models text[], e_codes text[],
  e_input_tokens bigint[], e_output_tokens bigint[], e_cost numeric[], e_price_versions text[], e_started_ms bigint[],
  p_platform_cost numeric[], p_platform_tokens bigint[], p_platform_requests bigint[]
) returns integer language plpgsql as $$
begin
  return budget.settle(p_request_ids, p_organization_ids, p_project_ids, p_key_ids, p_grant_ids, p_draw_cost,
    p_draw_tokens, p_draw_requests, p_cost, p_tokens, p_requests, p_usage_source, p_seq, p_started_ms, e_index, e_attempt,
    e_ai_provider_ids, e_providers, e_models, e_codes, e_input_tokens, e_output_tokens, e_cost, e_price_versions,
    e_started_ms, p_platform_cost, p_platform_tokens, p_platform_requests,
    (extract(epoch from clock_timestamp()) * 1000)::bigint);
end $$;
`;
