/**
 * Takes several grants on one set of quotas, windows and buckets, in one transaction and one round trip. Windows are opened
 * where they are missing, locked in the order of their ids, and updated once. The rule for sizes is that of `sizeSlice` in
 * domain/slice.ts, the rule for buckets that of domain/token-bucket.ts; tests run both side by side.
 * The function of the same name with one argument less serves instances that know no buckets.
 */
export const TAKE_GRANTS_OF_BUCKETS = `
create function budget.take_grants(p_quotas jsonb, p_asks jsonb, p_now_ms bigint, p_lease_ms integer,
                                   p_bucket_lease_ms integer, p_least_lease_ms integer) returns jsonb
language plpgsql as $$
declare
  v_expected integer := jsonb_array_length(p_quotas);
  v_found integer; v_changed integer;
  v_ids text[]; v_metrics text[]; v_hard boolean[]; v_limits numeric[];
  v_room numeric[];        -- what may be taken
  v_unspent numeric[];     -- what could be, if all came back that grants hold
  v_granted numeric[]; v_before numeric[];
  v_first_end numeric; v_has_bucket boolean;
  v_windows jsonb; v_answers jsonb := '[]'; v_blocks jsonb;
  v_expires_ms bigint; v_ends bigint;
  v_share numeric; v_of numeric; v_extra numeric; v_left numeric;
  v_need numeric; v_want numeric; v_mean numeric; v_amount numeric;
  v_cost numeric; v_tokens numeric; v_requests numeric; v_per numeric;
  v_failed boolean;
  a record;
begin
  select count(w.window_id), count(*) filter (where w.window_id is not null and (
           w.limit_given <> q."limit" or w.hard <> q.hard or w.alert_pct <> coalesce(q."alertPct", w.alert_pct)
           or w.currency is distinct from q.currency or (w.usd_per_unit is null and q."usdPerUnit" is not null)))
    into v_found, v_changed
    from jsonb_to_recordset(p_quotas) as q("quotaId" text, metric text, kind text, "startsAt" numeric, "limit" numeric,
      currency text, "usdPerUnit" numeric, hard boolean, "alertPct" numeric[])
    left join budget.quota_window w on w.quota_id = q."quotaId" and w.metric = q.metric and w.kind = q.kind
      and w.starts_at = to_timestamp(q."startsAt" / 1000.0);
  if v_found < v_expected then perform budget.open_windows(p_quotas); end if;
  if v_changed > 0 then perform budget.change_limits(p_quotas); end if;

  select array_agg(l.window_id), array_agg(l.metric), array_agg(l.hard), array_agg(l.limit_units), array_agg(l.granted),
         array_agg(case when (l.bucket).second is null then l.limit_units - l.settled - l.granted
                        else budget.bucket_room(l.bucket, l.limit_units, p_now_ms, true) end),
         array_agg(case when (l.bucket).second is null then l.limit_units - l.settled
                        else budget.bucket_room(l.bucket, l.limit_units, p_now_ms, false) end),
         min(case when l.ends_at < 'infinity' then extract(epoch from l.ends_at) * 1000 end),
         bool_or((l.bucket).second is not null),
         jsonb_agg(jsonb_build_object('windowId', l.window_id, 'quotaId', l.quota_id, 'metric', l.metric,
           'kind', l.kind, 'hard', l.hard, 'limit', l.limit_units::text, 'settled', l.settled::text,
           'granted', l.granted::text,
           'resetsAt', case when l.ends_at < 'infinity' then (extract(epoch from l.ends_at) * 1000)::bigint end,
           'bucket', case when (l.bucket).second is not null then jsonb_build_object('second', (l.bucket).second,
             'level', (l.bucket).level::text, 'ends', (l.bucket).ends, 'units', (l.bucket).units::text[]) end))
    into v_ids, v_metrics, v_hard, v_limits, v_granted, v_room, v_unspent, v_first_end, v_has_bucket, v_windows
    from (select w.* from jsonb_to_recordset(p_quotas)
            as q("quotaId" text, metric text, kind text, "startsAt" numeric)
          join budget.quota_window w on w.quota_id = q."quotaId" and w.metric = q.metric and w.kind = q.kind
            and w.starts_at = to_timestamp(q."startsAt" / 1000.0)
          order by w.window_id for update of w) l;
  if coalesce(cardinality(v_ids), 0) <> v_expected then
    raise exception 'found % of % windows', coalesce(cardinality(v_ids), 0), v_expected;
  end if;
  v_before := v_granted;
  v_expires_ms := p_now_ms + case when v_has_bucket then least(p_bucket_lease_ms, p_lease_ms) else p_lease_ms end;
  v_expires_ms := greatest(least(v_expires_ms, coalesce(v_first_end, v_expires_ms)), p_now_ms + p_least_lease_ms);
  v_ends := case when v_has_bucket then ceil(v_expires_ms / 1000.0) end;

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
      if v_need > 0 and v_need > v_room[i] then
        v_failed := true;
        v_blocks := v_blocks || jsonb_build_object('window', i - 1, 'need', v_need::text, 'why',
          case when v_need > v_unspent[i] then 'spent' else 'held' end);
        continue;
      end if;
      if v_want > v_need and v_room[i] < v_want
         and greatest(v_room[i] - v_need, 0) * v_of < v_share * (v_want - v_need) then
        v_share := greatest(v_room[i] - v_need, 0); v_of := v_want - v_need;
      end if;
      v_mean := div(v_want, v_per);
      v_left := v_room[i] - v_want;
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
      v_amount := case v_metrics[i] when 'cost' then v_cost when 'tokens' then v_tokens else v_requests end;
      v_granted[i] := v_granted[i] + v_amount;
      v_room[i] := v_room[i] - v_amount;
    end loop;
    insert into budget.budget_grant (grant_id, holder, organization_id, project_id, key_id, window_ids, cost, tokens,
        requests, held_cost, held_tokens, held_requests, taken_at, expires_at, bucket_ends)
      values (a."grantId", a.holder, a."organizationId", a."projectId", a."keyId", v_ids, v_cost, v_tokens, v_requests,
        case when 'cost' = any (v_metrics) then v_cost else 0 end,
        case when 'tokens' = any (v_metrics) then v_tokens else 0 end,
        case when 'requests' = any (v_metrics) then v_requests else 0 end,
        to_timestamp(p_now_ms / 1000.0), to_timestamp(v_expires_ms / 1000.0), v_ends);
    v_answers := v_answers || jsonb_build_object('outcome', 'granted', 'cost', v_cost::text, 'tokens', v_tokens::text,
      'requests', v_requests::text, 'granted', v_granted::text[]);
  end loop;

  if v_before <> v_granted then
    update budget.quota_window w set granted = u.granted,
        bucket = case when (w.bucket).second is null then w.bucket
          else budget.move_bucket(w.bucket, w.limit_units, p_now_ms, array[v_ends], array[u.before - u.granted], array[0]) end
      from unnest(v_ids, v_before, v_granted) as u(window_id, before, granted) where w.window_id = u.window_id;
  end if;
  return jsonb_build_object('windows', v_windows, 'answers', v_answers, 'expiresAt', v_expires_ms);
end $$;
`;

/** As it was made from two texts before. */
export const CHANGE_LIMITS = `
create or replace function budget.change_limits(p_quotas jsonb) returns void language plpgsql as $$
begin
  perform 1 from jsonb_to_recordset(p_quotas) as q("quotaId" text, metric text, kind text, "startsAt" numeric)
    join budget.quota_window w on w.quota_id = q."quotaId" and w.metric = q.metric and w.kind = q.kind
      and w.starts_at = to_timestamp(q."startsAt" / 1000.0)
    order by w.window_id for update of w;
  update budget.quota_window w set limit_given = q."limit", hard = q.hard, alert_pct = q.alerts, currency = q.currency,
      usd_per_unit = q.rate,
      limit_units = case when q.metric = 'cost' then floor(q."limit" * q.rate) else q."limit" end
    from (select x.*, o.window_id, coalesce(x."alertPct", o.alert_pct) as alerts,
            case when o.currency is not distinct from x.currency
              then coalesce(o.usd_per_unit, x."usdPerUnit") else x."usdPerUnit" end as rate
          from jsonb_to_recordset(p_quotas) as x("quotaId" text, metric text, kind text, "startsAt" numeric,
            "limit" numeric, currency text, "usdPerUnit" numeric, hard boolean, "alertPct" numeric[])
          join budget.quota_window o on o.quota_id = x."quotaId" and o.metric = x.metric and o.kind = x.kind
            and o.starts_at = to_timestamp(x."startsAt" / 1000.0)) q
    where w.window_id = q.window_id;
end $$;
`;
