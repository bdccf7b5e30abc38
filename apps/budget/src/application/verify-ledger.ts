/** A number that the books state in two ways, and not the same. */
export interface Difference {
  readonly what: 'window settled' | 'window granted' | 'request cost' | 'settlement rate';
  readonly id: string;
  readonly stated: string;
  readonly recomputed: string;
}

/** Runs a statement in one snapshot of the books. */
export type RunQuery = (
  text: string,
) => Promise<readonly { id: string; stated: string; recomputed: string }[]>;

const METRIC_OF = (column: string): string =>
  `case w.metric when 'cost' then ${column}cost when 'tokens' then ${column}tokens else ${column}requests end`;

/** Windows of platform access, of providers and of models count a part of what a request used. */
const IS_PART = `(w.access is not null or coalesce(w.counts_by in ('provider', 'model'), false))`;

const WINDOW_SETTLED = `
  with sums as (
    select w.window_id, sum(u.cost) as cost, sum(u.tokens) as tokens, sum(u.requests) as requests
    from budget.settlement s cross join lateral unnest(s.window_ids) as x(window_id)
    join budget.quota_window w on w.window_id = x.window_id
    cross join lateral (
      select s.cost, s.tokens::numeric, s.requests::numeric where not ${IS_PART}
      union all select p.cost, p.tokens, p.requests from budget.used_of(w, s) p where ${IS_PART}
    ) u(cost, tokens, requests) group by w.window_id)
  select w.window_id as id, w.settled::text as stated, coalesce(${METRIC_OF('s.')}, 0)::text as recomputed
  from budget.quota_window w left join sums s on s.window_id = w.window_id
  where w.settled <> coalesce(${METRIC_OF('s.')}, 0) order by 1`;

const WINDOW_GRANTED = `
  with sums as (
    select x.window_id, sum(g.held_cost) as held_cost, sum(g.held_tokens) as held_tokens, sum(g.held_requests) as held_requests
    from budget.budget_grant g cross join lateral unnest(g.window_ids) as x(window_id)
    where g.state <> 'closed' group by x.window_id)
  select w.window_id as id, w.granted::text as stated, coalesce(${METRIC_OF('s.held_')}, 0)::text as recomputed
  from budget.quota_window w left join sums s on s.window_id = w.window_id
  where w.granted <> coalesce(${METRIC_OF('s.held_')}, 0) order by 1`;

const REQUEST_COST = `
  with sums as (select request_id, sum(cost) as cost from budget.ledger_entry group by request_id)
  select s.request_id as id, s.cost::text as stated, coalesce(e.cost, 0)::text as recomputed
  from budget.settlement s left join sums e on e.request_id = s.request_id
  where s.cost <> coalesce(e.cost, 0) order by 1`;

/** A window's rate is frozen: what was stamped from it says the same. */
const SETTLEMENT_RATE = `
  select r.request_id as id, r.usd_per_unit::text as stated, w.usd_per_unit::text as recomputed
  from budget.settlement_rate r join budget.quota_window w on w.window_id = r.window_id and w.currency = r.currency
  where w.usd_per_unit <> r.usd_per_unit order by 1`;

/** Recomputes every balance from the ledger, and answers where it differs from the one that is kept. */
export async function verifyLedger(run: RunQuery): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const row of await run(WINDOW_SETTLED)) differences.push({ what: 'window settled', ...row });
  for (const row of await run(WINDOW_GRANTED)) differences.push({ what: 'window granted', ...row });
  for (const row of await run(REQUEST_COST)) differences.push({ what: 'request cost', ...row });
  for (const row of await run(SETTLEMENT_RATE))
    differences.push({ what: 'settlement rate', ...row });
  return differences;
}
