/**
 * A bucket stands in the row of a window that never ends: what was granted and settled is counted there as in any other,
 * and the bucket says how much may be taken now. The rules are those of domain/token-bucket.ts; a test runs both side by side.
 */
export const BUCKETS = `
create type budget.bucket as (second bigint, level numeric, ends bigint[], units numeric[]);
comment on type budget.bucket is
  'second: since the epoch, to which level holds, in 60000ths of a unit; units: what counts from the later seconds ends on';
alter table budget.quota_window add column bucket budget.bucket;
alter table budget.budget_grant add column bucket_ends bigint;
comment on column budget.quota_window.bucket is 'requests or tokens a minute, refilled evenly; null: a window';
comment on column budget.budget_grant.bucket_ends is
  'the second from which on what it took of buckets counts: the last one at which it may be drawn; null: it names none';
create index quota_window_idle_bucket on budget.quota_window (((bucket).second)) where (bucket).second is not null;

create function budget.bucket_level(p_bucket budget.bucket, p_limit numeric, p_now_ms bigint, p_with_held boolean)
returns numeric language plpgsql immutable as $$
declare
  v_ends bigint[] := p_bucket.ends; v_units numeric[] := p_bucket.units;
  v_level numeric := p_bucket.level; v_at_ms bigint := p_bucket.second * 1000; v_held numeric := 0;
begin
  for i in 1 .. cardinality(v_ends) loop
    if v_ends[i] * 1000 > p_now_ms then
      v_held := v_held + v_units[i];
    else
      v_level := greatest(v_level - p_limit * (v_ends[i] * 1000 - v_at_ms), 0) + v_units[i] * 60000;
      v_at_ms := v_ends[i] * 1000;
    end if;
  end loop;
  v_level := greatest(v_level - p_limit * greatest(p_now_ms - v_at_ms, 0), 0);
  return case when p_with_held then v_level + v_held * 60000 else v_level end;
end $$;

create function budget.bucket_room(p_bucket budget.bucket, p_limit numeric, p_now_ms bigint, p_with_held boolean)
returns numeric language sql immutable as $$
  select floor((p_limit * 60000 - budget.bucket_level(p_bucket, p_limit, p_now_ms, p_with_held)) / 60000)
$$;

create function budget.move_bucket(p_bucket budget.bucket, p_limit numeric, p_now_ms bigint, p_ends bigint[],
                                   p_freed numeric[], p_used numeric[]) returns budget.bucket
language plpgsql immutable as $$
declare
  v_now bigint := ceil(p_now_ms / 1000.0);
  v_second bigint := greatest(p_bucket.second, v_now - 60);
  v_ends bigint[] := p_bucket.ends; v_units numeric[] := p_bucket.units;
  v_level numeric := p_bucket.level; v_at bigint := p_bucket.second;
  v_moved budget.bucket;
begin
  for i in 1 .. cardinality(v_ends) loop
    exit when v_ends[i] > v_second;
    v_level := greatest(v_level - p_limit * 1000 * (v_ends[i] - v_at), 0) + v_units[i] * 60000;
    v_at := v_ends[i];
  end loop;
  v_level := greatest(v_level - p_limit * 1000 * (v_second - v_at), 0);
  select v_second, v_level + 60000 * coalesce(sum(greatest(used - freed, 0)), 0) into v_moved.second, v_moved.level
    from unnest(p_ends, p_freed, p_used) as m(ends, freed, used) where ends <= v_second;
  select coalesce(array_agg(s.ends order by s.ends), '{}'), coalesce(array_agg(s.units order by s.ends), '{}')
    into v_moved.ends, v_moved.units
    from (
      select x.ends, sum(x.units) as units from (
        select * from unnest(v_ends, v_units) as k(ends, units)
        union all select m.ends, -m.freed from unnest(p_ends, p_freed) as m(ends, freed)
        union all select least(m.ends, v_now), m.used from unnest(p_ends, p_used) as m(ends, used) where m.ends > v_second
      ) x where x.ends > v_second group by x.ends having sum(x.units) > 0
    ) s;
  return v_moved;
end $$;
`;
