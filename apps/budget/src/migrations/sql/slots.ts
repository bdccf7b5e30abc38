/**
 * Slots for calls that are open at once: one row for each quota and holder. A row of `slot_quota` is what everybody locks
 * who takes slots of it; rows without leases are purged.
 */
export const SLOT_TABLES = `
create table budget.slot_quota (
  quota_id   text primary key,
  slot_limit integer not null check (slot_limit > 0),
  hard       boolean not null
) with (fillfactor = 50);

create table budget.slot_lease (
  quota_id      text not null,
  holder        text not null,
  slots         integer not null check (slots >= 0),
  wanted        integer not null check (wanted >= 0),
  sequence      bigint not null,
  waiting_since timestamptz,
  told_at       timestamptz not null,
  expires_at    timestamptz not null,
  primary key (quota_id, holder)
) with (fillfactor = 50);
create index slot_lease_by_expiry on budget.slot_lease (expires_at);
comment on column budget.slot_lease.wanted is 'what its calls would fill: open ones, and those that this quota keeps out';
comment on column budget.slot_lease.sequence is 'of the last ask: earlier ones that arrive later change nothing';
comment on column budget.slot_lease.waiting_since is 'since when it waits for a turn; null: it has what it wants';
`;

/**
 * What a holder has and wants of several quotas, in one transaction and one round trip. The rules are those of
 * domain/slot-model.ts and domain/share-slots.ts; a test runs both side by side. Times are of this server's clock alone.
 */
export const HOLD_SLOTS = `
create function budget.fair_level(p_limit integer, p_wanted integer[]) returns integer language plpgsql immutable as $$
declare
  v_left integer := p_limit; v_count integer := cardinality(p_wanted); v_one integer;
begin
  if (select sum(one) from unnest(p_wanted) as one) <= p_limit then return p_limit; end if;
  for v_one in select one from unnest(p_wanted) as one order by one loop
    exit when v_one::bigint * v_count > v_left;
    v_left := v_left - v_one;
    v_count := v_count - 1;
  end loop;
  return v_left / v_count;
end $$;

create function budget.hold_slots(p_holder text, p_sequence bigint, p_quotas jsonb, p_waiting jsonb, p_lease_ms integer,
                                  p_fresh_ms integer, p_now timestamptz default clock_timestamp())
returns jsonb language plpgsql as $$
declare
  v_count integer := jsonb_array_length(p_quotas);
  v_calls integer[] := array_fill(0, array[v_count]);      -- that wait for each quota
  v_used integer[]; v_base integer[]; v_most integer[];    -- filled; had in any case; the most that may be had
  v_wanted integer[]; v_short boolean[]; v_level integer[]; v_free integer[]; v_held integer[];
  v_awaited boolean[]; v_before integer[]; v_since timestamptz[];
  v_room integer; v_reserved integer; v_allowed integer; v_served integer; v_slots integer; v_far integer;
  v_told jsonb := '[]';
  v_waits boolean;
  own budget.slot_lease;
  o record; q record; w record;
begin
  -- Locks every quota in the order of ids, whether its limit changed or not.
  insert into budget.slot_quota as known (quota_id, slot_limit, hard)
    select x."quotaId", x."limit", x.hard
    from jsonb_to_recordset(p_quotas) as x("quotaId" text, "limit" integer, hard boolean) order by x."quotaId"
    on conflict (quota_id) do update set slot_limit = excluded.slot_limit, hard = excluded.hard
    where known.slot_limit <> excluded.slot_limit or known.hard <> excluded.hard;
  if exists (select from budget.slot_lease l join jsonb_to_recordset(p_quotas) as x("quotaId" text)
               on l.quota_id = x."quotaId"
             where l.holder = p_holder and l.sequence >= p_sequence) then
    return null;
  end if;
  for w in select (e ->> 'calls')::integer as calls, e -> 'quotas' as quotas from jsonb_array_elements(p_waiting) as e loop
    for o in select i::integer + 1 as i from jsonb_array_elements_text(w.quotas) as i loop
      v_calls[o.i] := v_calls[o.i] + w.calls;
    end loop;
  end loop;

  for q in select x.*, i::integer as i from rows from (jsonb_to_recordset(p_quotas)
             as ("quotaId" text, "limit" integer, hard boolean, "inUse" integer, keeps integer, ahead integer))
             with ordinality as x("quotaId", "limit", hard, "inUse", keeps, ahead, i) loop
    select * into own from budget.slot_lease where quota_id = q."quotaId" and holder = p_holder;
    v_before[q.i] := coalesce(own.slots, 0);
    v_since[q.i] := own.waiting_since;
    v_used[q.i] := q."inUse";
    v_wanted[q.i] := q."inUse" + v_calls[q.i];
    v_base[q.i] := greatest(q."inUse", least(q.keeps, v_before[q.i]));
    select coalesce(sum(l.slots), 0)::integer as slots, coalesce(array_agg(l.wanted), '{}') as wanted,
           coalesce(bool_or(l.told_at > p_now - p_fresh_ms * interval '1 millisecond' and l.waiting_since is not null),
                    false) as awaited
      into o from budget.slot_lease l where l.quota_id = q."quotaId" and l.holder <> p_holder;
    v_held[q.i] := o.slots;
    v_awaited[q.i] := o.awaited;
    v_room := q."limit" - o.slots;
    v_free[q.i] := v_room;
    v_level[q.i] := budget.fair_level(q."limit", o.wanted || v_wanted[q.i]);
    if q.hard then
      select coalesce(sum(greatest(least(l.wanted, v_level[q.i]) - l.slots, 0)
               + case when l.wanted > v_level[q.i] and l.slots <= v_level[q.i]
                           and (own.waiting_since is null or l.waiting_since < own.waiting_since) then 1 else 0 end), 0)
        into v_reserved from budget.slot_lease l
        where o.awaited and l.quota_id = q."quotaId" and l.holder <> p_holder and l.wanted > l.slots
          and l.waiting_since is not null and l.told_at > p_now - p_fresh_ms * interval '1 millisecond';
      v_allowed := greatest(0, least(v_room, v_wanted[q.i], v_level[q.i]), least(v_wanted[q.i], v_room - v_reserved));
      v_most[q.i] := greatest(v_allowed, v_base[q.i]);
    else
      v_allowed := v_wanted[q.i];
    end if;
    v_short[q.i] := v_allowed < v_wanted[q.i];
  end loop;

  for w in select (e ->> 'calls')::integer as calls,
                  array(select i::integer + 1 from jsonb_array_elements_text(e -> 'quotas') as i) as quotas
           from jsonb_array_elements(p_waiting) as e loop
    select greatest(0, least(w.calls, min(v_most[i] - v_used[i]))) into v_served from unnest(w.quotas) as i
      where v_most[i] is not null;
   
    for o in select i from unnest(w.quotas) as i loop v_used[o.i] := v_used[o.i] + v_served; end loop;
  end loop;

  for q in select x.*, i::integer as i from rows from (jsonb_to_recordset(p_quotas)
             as ("quotaId" text, "limit" integer, hard boolean, "inUse" integer, keeps integer, ahead integer))
             with ordinality as x("quotaId", "limit", hard, "inUse", keeps, ahead, i) order by x."quotaId" loop
    v_far := case when v_awaited[q.i] then 0 else greatest(0, (v_free[q.i] - v_used[q.i]) / 8) end;
    v_slots := greatest(v_base[q.i], v_used[q.i] + case when q.hard then least(q.ahead, v_far) else 0 end);
    if not v_short[q.i] then v_wanted[q.i] := v_used[q.i]; end if;
    v_waits := v_wanted[q.i] > v_slots;
    if v_slots > 0 or v_wanted[q.i] > 0 then
      insert into budget.slot_lease as l values (q."quotaId", p_holder, v_slots, v_wanted[q.i], p_sequence,
          case when not v_waits then null when v_used[q.i] > q."inUse" then p_now
               else coalesce(v_since[q.i], p_now) end,
          p_now, p_now + p_lease_ms * interval '1 millisecond')
        on conflict (quota_id, holder) do update set slots = excluded.slots, wanted = excluded.wanted,
          sequence = excluded.sequence, waiting_since = excluded.waiting_since, told_at = excluded.told_at,
          expires_at = excluded.expires_at;
    else
      delete from budget.slot_lease where quota_id = q."quotaId" and holder = p_holder;
    end if;
    v_told := v_told || jsonb_build_object('quotaId', q."quotaId", 'slots', v_slots,
      'isShort', v_short[q.i], 'isFar', not q.hard or v_far > 0,
      'share', case when v_short[q.i] and v_held[q.i] > 0 then v_level[q.i] end,
      'isFreed', v_slots < v_before[q.i] and v_awaited[q.i]);
  end loop;
  return v_told;
end $$;

-- Frees what was over that long ago. Leases from before the clock was set back end as if they were given now.
create function budget.free_slots(p_fence_ms integer, p_lease_ms integer, p_most integer, p_now timestamptz)
returns integer language plpgsql as $$
declare
  v_lease interval := p_lease_ms * interval '1 millisecond';
  n integer;
begin
  update budget.slot_lease l set expires_at = p_now + v_lease from (
      select quota_id, holder from budget.slot_lease
      where expires_at > p_now + v_lease + interval '1 minute' limit p_most for update skip locked) as ahead
    where l.quota_id = ahead.quota_id and l.holder = ahead.holder;
  delete from budget.slot_lease l using (
      select quota_id, holder from budget.slot_lease
      where expires_at < p_now - p_fence_ms * interval '1 millisecond' limit p_most for update skip locked) as over
    where l.quota_id = over.quota_id and l.holder = over.holder;
  get diagnostics n = row_count;
  return n;
end $$;
`;
