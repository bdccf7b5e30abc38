/**
 * Books a batch as `settle.ts` does, and tells apart what connections of the operator's used: windows of platform access
 * are moved by that alone. A record without a draw is booked into credits where it used such a connection, and never into
 * onboarding caps, which hold for some operations only.
 */
export const SETTLE_BY_ACCESS = `
create or replace function budget.settle(
  p_request_ids text[], p_organization_ids text[], p_project_ids text[], p_key_ids text[], p_grant_ids text[],
  p_draw_cost numeric[], p_draw_tokens bigint[], p_draw_requests bigint[],
  p_cost numeric[], p_tokens bigint[], p_requests bigint[], p_usage_source text[], p_seq bigint[], p_started_ms bigint[],
  e_index integer[], e_attempt smallint[], e_ai_provider_ids text[], e_providers text[], e_models text[], e_codes text[],
  e_input_tokens bigint[], e_output_tokens bigint[], e_cost numeric[], e_price_versions text[], e_started_ms bigint[],
  p_platform_cost numeric[], p_platform_tokens bigint[], p_platform_requests bigint[]
) returns integer language plpgsql as $$
declare
  v_booked integer;
  v_grants text[]; v_draw_cost numeric[]; v_draw_tokens numeric[]; v_draw_requests numeric[];
  v_windows text[]; v_cost numeric[]; v_tokens numeric[]; v_requests numeric[];
  v_platform_cost numeric[]; v_platform_tokens numeric[]; v_platform_requests numeric[];
  r_windows text[]; r_cost numeric[]; r_tokens numeric[]; r_requests numeric[];
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
      on w.scope_id in (o.organization_id, o.project_id, o.key_id) and w.ends_at > o.since
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
    returning request_id, grant_id, window_ids, draw_cost, draw_tokens, draw_requests, cost, tokens, requests,
        platform_cost, platform_tokens, platform_requests
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
    select w.window_id, sum(b.cost) as cost, sum(b.tokens) as tokens, sum(b.requests) as requests,
        sum(b.platform_cost) as platform_cost, sum(b.platform_tokens) as platform_tokens,
        sum(b.platform_requests) as platform_requests
    from booked b cross join lateral unnest(b.window_ids) as w(window_id) group by w.window_id
  ), grants as (
    select array_agg(grant_id) as ids, array_agg(cost) as cost, array_agg(tokens) as tokens, array_agg(requests) as requests
    from by_grant
  ), windows as (
    select array_agg(window_id) as ids, array_agg(cost) as cost, array_agg(tokens) as tokens, array_agg(requests) as requests,
        array_agg(platform_cost) as platform_cost, array_agg(platform_tokens) as platform_tokens,
        array_agg(platform_requests) as platform_requests
    from by_window
  )
  select (select count(*) from booked), g.ids, g.cost, g.tokens, g.requests, w.ids, w.cost, w.tokens, w.requests,
      w.platform_cost, w.platform_tokens, w.platform_requests
    into v_booked, v_grants, v_draw_cost, v_draw_tokens, v_draw_requests, v_windows, v_cost, v_tokens, v_requests,
      v_platform_cost, v_platform_tokens, v_platform_requests
    from grants g, windows w;

  if v_grants is not null then
    perform 1 from budget.budget_grant where grant_id = any (v_grants) order by grant_id for update;
    with freed as (
      select g.grant_id, g.window_ids, least(g.held_cost, u.cost) as cost, least(g.held_tokens, u.tokens) as tokens,
             least(g.held_requests, u.requests) as requests
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
    select array_agg(w.window_id), array_agg(f.cost), array_agg(f.tokens), array_agg(f.requests)
      into r_windows, r_cost, r_tokens, r_requests
      from freed f cross join lateral unnest(f.window_ids) as w(window_id);
  end if;

  if v_windows is not null or r_windows is not null then
    perform 1 from budget.quota_window where window_id = any (v_windows || r_windows) order by window_id for update;
    update budget.quota_window w set
        settled = w.settled + case
          when w.access = 'platform' then
            case w.metric when 'cost' then u.platform_cost when 'tokens' then u.platform_tokens else u.platform_requests end
          else case w.metric when 'cost' then u.cost when 'tokens' then u.tokens else u.requests end end,
        granted = w.granted - case w.metric when 'cost' then u.freed_cost when 'tokens' then u.freed_tokens else u.freed_requests end
      from (
        select window_id, sum(cost) as cost, sum(tokens) as tokens, sum(requests) as requests, sum(freed_cost) as freed_cost,
               sum(freed_tokens) as freed_tokens, sum(freed_requests) as freed_requests,
               sum(platform_cost) as platform_cost, sum(platform_tokens) as platform_tokens,
               sum(platform_requests) as platform_requests
        from (
          select s.window_id, s.cost, s.tokens, s.requests, 0 as freed_cost, 0 as freed_tokens, 0 as freed_requests,
                 s.platform_cost, s.platform_tokens, s.platform_requests
            from unnest(v_windows, v_cost, v_tokens, v_requests, v_platform_cost, v_platform_tokens, v_platform_requests)
              as s(window_id, cost, tokens, requests, platform_cost, platform_tokens, platform_requests)
          union all
          select r.window_id, 0, 0, 0, r.cost, r.tokens, r.requests, 0, 0, 0
            from unnest(r_windows, r_cost, r_tokens, r_requests) as r(window_id, cost, tokens, requests)
        ) moves group by window_id
      ) u where w.window_id = u.window_id;
  end if;
  return v_booked;
end $$;
`;

/** For instances that are not up to date yet: to them all use is alike, so windows of platform access are charged all of it. */
export const SETTLE_BEFORE = `
create or replace function budget.settle(
  p_request_ids text[], p_organization_ids text[], p_project_ids text[], p_key_ids text[], p_grant_ids text[],
  p_draw_cost numeric[], p_draw_tokens bigint[], p_draw_requests bigint[],
  p_cost numeric[], p_tokens bigint[], p_requests bigint[], p_usage_source text[], p_seq bigint[], p_started_ms bigint[],
  e_index integer[], e_attempt smallint[], e_ai_provider_ids text[], e_providers text[], e_models text[], e_codes text[],
  e_input_tokens bigint[], e_output_tokens bigint[], e_cost numeric[], e_price_versions text[], e_started_ms bigint[]
) returns integer language plpgsql as $$
begin
  return budget.settle(p_request_ids, p_organization_ids, p_project_ids, p_key_ids, p_grant_ids, p_draw_cost,
    p_draw_tokens, p_draw_requests, p_cost, p_tokens, p_requests, p_usage_source, p_seq, p_started_ms, e_index, e_attempt,
    e_ai_provider_ids, e_providers, e_models, e_codes, e_input_tokens, e_output_tokens, e_cost, e_price_versions,
    e_started_ms, p_cost, p_tokens, p_requests);
end $$;
`;
