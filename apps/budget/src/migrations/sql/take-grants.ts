/**
 * Takes several grants on one set of quotas in one transaction and one round trip.
 * Windows are opened where they are missing, locked in the order of their ids, and updated once.
 * The rule for sizes is the same as `sizeSlice` in domain/slice.ts; a test runs both side by side.
 */
export const TAKE_GRANTS = `
create or replace function budget.open_windows(p_quotas jsonb) returns void language plpgsql as $$
begin
  insert into budget.quota_window (window_id, quota_id, scope, scope_id, metric, kind, timezone, starts_at, ends_at,
                                   limit_given, currency, usd_per_unit, limit_units, hard)
  select q."windowId", q."quotaId", q.scope, q."scopeId", q.metric, q.kind, q.timezone,
         to_timestamp(q."startsAt" / 1000.0), coalesce(to_timestamp(q."endsAt" / 1000.0), 'infinity'),
         q."limit", q.currency, q."usdPerUnit",
         case when q.metric = 'cost' then floor(q."limit" * q."usdPerUnit") else q."limit" end, q.hard
  from jsonb_to_recordset(p_quotas) as q("windowId" text, "quotaId" text, scope text, "scopeId" text, metric text,
    kind text, timezone text, "startsAt" numeric, "endsAt" numeric, "limit" numeric, currency text,
    "usdPerUnit" numeric, hard boolean)
  order by q."quotaId", q.metric, q.kind
  on conflict do nothing;
end $$;

create or replace function budget.take_grants(p_quotas jsonb, p_asks jsonb, p_now_ms bigint, p_lease_ms integer,
                                              p_least_lease_ms integer) returns jsonb language plpgsql as $$
declare
  v_expected integer := jsonb_array_length(p_quotas);
  v_found integer; v_changed integer;
  v_ids text[]; v_metrics text[]; v_hard boolean[];
  v_limits numeric[]; v_settled numeric[]; v_granted numeric[]; v_before numeric[];
  v_first_end numeric;
  v_windows jsonb; v_answers jsonb := '[]'; v_blocks jsonb;
  v_expires_ms bigint;
  v_share numeric; v_of numeric; v_extra numeric; v_left numeric;
  v_need numeric; v_want numeric; v_mean numeric; v_available numeric;
  v_cost numeric; v_tokens numeric; v_requests numeric; v_per numeric;
  v_failed boolean;
  a record;
begin
  select count(w.window_id), count(*) filter (where w.window_id is not null and (
           w.limit_given <> q."limit" or w.hard <> q.hard or w.currency is distinct from q.currency
           or (w.usd_per_unit is null and q."usdPerUnit" is not null)))
    into v_found, v_changed
    from jsonb_to_recordset(p_quotas) as q("quotaId" text, metric text, kind text, "startsAt" numeric, "limit" numeric,
      currency text, "usdPerUnit" numeric, hard boolean)
    left join budget.quota_window w on w.quota_id = q."quotaId" and w.metric = q.metric and w.kind = q.kind
      and w.starts_at = to_timestamp(q."startsAt" / 1000.0);
  if v_found < v_expected then perform budget.open_windows(p_quotas); end if;
  if v_changed > 0 then perform budget.change_limits(p_quotas); end if;

  select array_agg(l.window_id), array_agg(l.metric), array_agg(l.hard), array_agg(l.limit_units),
         array_agg(l.settled), array_agg(l.granted),
         min(case when l.ends_at < 'infinity' then extract(epoch from l.ends_at) * 1000 end),
         jsonb_agg(jsonb_build_object('windowId', l.window_id, 'quotaId', l.quota_id, 'metric', l.metric,
           'kind', l.kind, 'hard', l.hard, 'limit', l.limit_units::text, 'settled', l.settled::text, 'resetsAt',
           case when l.ends_at < 'infinity' then (extract(epoch from l.ends_at) * 1000)::bigint end))
    into v_ids, v_metrics, v_hard, v_limits, v_settled, v_granted, v_first_end, v_windows
    from (select w.* from jsonb_to_recordset(p_quotas)
            as q("quotaId" text, metric text, kind text, "startsAt" numeric)
          join budget.quota_window w on w.quota_id = q."quotaId" and w.metric = q.metric and w.kind = q.kind
            and w.starts_at = to_timestamp(q."startsAt" / 1000.0)
          order by w.window_id for update of w) l;
  if coalesce(cardinality(v_ids), 0) <> v_expected then
    raise exception 'found % of % windows', coalesce(cardinality(v_ids), 0), v_expected;
  end if;
  v_before := v_granted;
  v_expires_ms := greatest(least(p_now_ms + p_lease_ms, coalesce(v_first_end, p_now_ms + p_lease_ms)),
                           p_now_ms + p_least_lease_ms);

  for a in select * from jsonb_to_recordset(p_asks) as x("grantId" text, holder text, "organizationId" text,
             "projectId" text, "keyId" text, "needCost" numeric, "needTokens" numeric, "needRequests" numeric,
             "wantCost" numeric, "wantTokens" numeric, "wantRequests" numeric, extra numeric)
  loop
    v_blocks := '[]'; v_failed := false; v_share := 1; v_of := 1; v_extra := a.extra;
    v_per := greatest(a."wantRequests", 1);
    for i in 1 .. v_expected loop
      continue when not v_hard[i];
      v_need := case v_metrics[i] when 'cost' then a."needCost" when 'tokens' then a."needTokens" else a."needRequests" end;
      v_want := case v_metrics[i] when 'cost' then a."wantCost" when 'tokens' then a."wantTokens" else a."wantRequests" end;
      if v_limits[i] is null then
        v_failed := true;
        v_blocks := v_blocks || jsonb_build_object('window', i - 1, 'why', 'no_rate', 'need', v_need::text);
        continue;
      end if;
      v_available := v_limits[i] - v_settled[i] - v_granted[i];
      if v_need > 0 and v_need > v_available then
        v_failed := true;
        v_blocks := v_blocks || jsonb_build_object('window', i - 1, 'need', v_need::text, 'why',
          case when v_settled[i] + v_need > v_limits[i] then 'spent' else 'held' end);
        continue;
      end if;
      if v_want > v_need and v_available < v_want
         and greatest(v_available - v_need, 0) * v_of < v_share * (v_want - v_need) then
        v_share := greatest(v_available - v_need, 0); v_of := v_want - v_need;
      end if;
      v_mean := div(v_want, v_per);
      v_left := v_available - v_want;
      if v_left < 64 * v_need or v_left < 0 then v_extra := 0;
      elsif v_mean > 0 then v_extra := least(v_extra, div(v_left, 64 * v_mean));
      end if;
    end loop;

    if v_failed then
      v_answers := v_answers || jsonb_build_object('outcome', 'blocked', 'blocks', v_blocks, 'granted', v_granted::text[]);
      continue;
    end if;
    if v_share < v_of then v_extra := 0; end if;
    v_cost := a."needCost" + div((a."wantCost" - a."needCost") * v_share, v_of) + v_extra * div(a."wantCost", v_per);
    v_tokens := a."needTokens" + div((a."wantTokens" - a."needTokens") * v_share, v_of) + v_extra * div(a."wantTokens", v_per);
    v_requests := a."needRequests" + div((a."wantRequests" - a."needRequests") * v_share, v_of)
                  + v_extra * div(a."wantRequests", v_per);
    for i in 1 .. v_expected loop
      v_granted[i] := v_granted[i] + case v_metrics[i] when 'cost' then v_cost when 'tokens' then v_tokens else v_requests end;
    end loop;
    insert into budget.budget_grant (grant_id, holder, organization_id, project_id, key_id, window_ids, cost, tokens,
        requests, held_cost, held_tokens, held_requests, taken_at, expires_at)
      values (a."grantId", a.holder, a."organizationId", a."projectId", a."keyId", v_ids, v_cost, v_tokens, v_requests,
        case when 'cost' = any (v_metrics) then v_cost else 0 end,
        case when 'tokens' = any (v_metrics) then v_tokens else 0 end,
        case when 'requests' = any (v_metrics) then v_requests else 0 end,
        to_timestamp(p_now_ms / 1000.0), to_timestamp(v_expires_ms / 1000.0));
    v_answers := v_answers || jsonb_build_object('outcome', 'granted', 'cost', v_cost::text, 'tokens', v_tokens::text,
      'requests', v_requests::text, 'granted', v_granted::text[]);
  end loop;

  if v_before <> v_granted then
    update budget.quota_window w set granted = u.granted
      from unnest(v_ids, v_granted) as u(window_id, granted) where w.window_id = u.window_id;
  end if;
  return jsonb_build_object('windows', v_windows, 'answers', v_answers, 'expiresAt', v_expires_ms);
end $$;

create or replace function budget.change_limits(p_quotas jsonb) returns void language plpgsql as $$
begin
  perform 1 from jsonb_to_recordset(p_quotas) as q("quotaId" text, metric text, kind text, "startsAt" numeric)
    join budget.quota_window w on w.quota_id = q."quotaId" and w.metric = q.metric and w.kind = q.kind
      and w.starts_at = to_timestamp(q."startsAt" / 1000.0)
    order by w.window_id for update of w;
  update budget.quota_window w set limit_given = q."limit", hard = q.hard, currency = q.currency, usd_per_unit = q.rate,
      limit_units = case when q.metric = 'cost' then floor(q."limit" * q.rate) else q."limit" end
    from (select x.*, o.window_id, case when o.currency is not distinct from x.currency
              then coalesce(o.usd_per_unit, x."usdPerUnit") else x."usdPerUnit" end as rate
          from jsonb_to_recordset(p_quotas) as x("quotaId" text, metric text, kind text, "startsAt" numeric,
            "limit" numeric, currency text, "usdPerUnit" numeric, hard boolean)
          join budget.quota_window o on o.quota_id = x."quotaId" and o.metric = x.metric and o.kind = x.kind
            and o.starts_at = to_timestamp(x."startsAt" / 1000.0)) q
    where w.window_id = q.window_id;
end $$;
`;
