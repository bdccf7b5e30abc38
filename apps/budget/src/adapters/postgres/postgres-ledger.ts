import type { QuotaAlert, QuotaWindowsAnswer } from '@tollgate/contracts';
import type {
  AskOutcome,
  GrantAsk,
  Ledger,
  OpenQuota,
  TakeOutcome,
  WindowRoom,
  WindowState,
} from '../../application/ledger.ts';
import type { SettlementRow } from '../../domain/settlement-row.ts';
import type { Units } from '../../domain/units.ts';
import type { Database } from './database.ts';
import { ACKNOWLEDGE_ALERTS, RAISE_SPENT, untoldAlerts } from './alert-queries.ts';
import { encodeQuota } from './encode-quota.ts';
import { SETTLE_SQL, settleParameters } from './settle-parameters.ts';

export interface LeaseOptions {
  readonly leaseMs: number;
  /** A grant lasts at least this long, though its window ends sooner; milliseconds. */
  readonly leastLeaseMs: number;
}

/** What a grant took of a bucket may be drawn so long, and counts in full until then; milliseconds. */
const BUCKET_LEASE_MS = 5_000;

/** How many grants one sweep touches in one transaction. */
const SWEEP = 500;

/** What `budget.take_grants` answers. Amounts are decimal strings. */
interface TakenRow {
  readonly windows: readonly TakenWindow[];
  readonly answers: readonly TakenAnswer[];
  readonly expiresAt: number;
}

interface TakenWindow extends Omit<WindowState, 'limit' | 'settled' | 'granted' | 'bucket'> {
  readonly limit: string | null;
  readonly settled: string;
  readonly granted: string;
  readonly bucket: {
    readonly second: number;
    readonly level: string;
    readonly ends: readonly number[];
    readonly units: readonly string[];
  } | null;
}

type TakenAnswer =
  | {
      readonly outcome: 'granted';
      readonly cost: string;
      readonly tokens: string;
      readonly requests: string;
      readonly granted: readonly string[];
    }
  | {
      readonly outcome: 'blocked';
      readonly blocks: readonly {
        window: number;
        why: 'spent' | 'held' | 'no_rate';
        need: string;
      }[];
      readonly granted: readonly string[];
    };

/** What could be taken now, and what if everything came back that grants hold. */
const ROOM = `
  select window_id as id,
         case when (bucket).second is null then limit_units - settled - granted
              else budget.bucket_room(bucket, limit_units, $2, true) end as available,
         case when (bucket).second is null then limit_units - settled
              else budget.bucket_room(bucket, limit_units, $2, false) end as unspent
  from budget.quota_window where window_id = any($1) and limit_units is not null`;

/** Of a bucket, what has not flowed off yet. */
const WINDOWS_OF = `
  select quota_id as "quotaId", window_id as "windowId", metric, kind as "window",
         (case when (bucket).second is null then settled
               else limit_units - budget.bucket_room(bucket, limit_units, $2, false) end)::text as settled,
         (case when (bucket).second is null then granted
               else budget.bucket_room(bucket, limit_units, $2, false) - budget.bucket_room(bucket, limit_units, $2, true)
          end)::text as granted
  from budget.quota_window where quota_id = any($1)
    and starts_at <= to_timestamp($2 / 1000.0) and ends_at > to_timestamp($2 / 1000.0)
  order by window_id`;

/** The books in Postgres. The statements stand in `migrations/sql`. */
export class PostgresLedger implements Ledger {
  constructor(
    private readonly database: Pick<Database, 'query'>,
    private readonly lease: LeaseOptions,
  ) {}

  async takeGrants(
    quotas: readonly OpenQuota[],
    asks: readonly GrantAsk[],
    nowMs: number,
  ): Promise<TakeOutcome> {
    const [row] = await this.database.query<{ taken: TakenRow }>(
      'select budget.take_grants($1, $2, $3, $4, $5, $6) as taken',
      [
        JSON.stringify(quotas.map((quota) => encodeQuota(quota, nowMs))),
        JSON.stringify(asks.map(encodeAsk)),
        Math.floor(nowMs),
        this.lease.leaseMs,
        BUCKET_LEASE_MS,
        this.lease.leastLeaseMs,
      ],
    );
    if (!row) throw new Error('budget.take_grants answered nothing');
    const { windows, answers, expiresAt } = row.taken;
    return {
      windows: windows.map(decodeWindow),
      answers: answers.map(decodeAnswer),
      expiresAt,
    };
  }

  async returnGrant(grantId: string, drawn: Units, nowMs: number): Promise<'returned' | 'unknown'> {
    const [row] = await this.database.query<{ outcome: 'returned' | 'unknown' }>(
      'select budget.return_grant($1, $2, $3, $4, $5) as outcome',
      [grantId, drawn.cost, drawn.tokens, drawn.requests, Math.floor(nowMs)],
    );
    return row?.outcome ?? 'unknown';
  }

  async room(
    windowIds: readonly string[],
    nowMs: number,
  ): Promise<ReadonlyMap<string, WindowRoom>> {
    const rows = await this.database.query<{ id: string; available: string; unspent: string }>(
      ROOM,
      [windowIds, Math.floor(nowMs)],
    );
    return new Map(
      rows.map((row) => [
        row.id,
        { available: BigInt(row.available), unspent: BigInt(row.unspent) },
      ]),
    );
  }

  windowsOf(quotaIds: readonly string[], nowMs: number): Promise<QuotaWindowsAnswer['windows']> {
    return this.database.query(WINDOWS_OF, [quotaIds, Math.floor(nowMs)]);
  }

  async settle(rows: readonly SettlementRow[], nowMs = Date.now()): Promise<number> {
    const [row] = await this.database.query<{ booked: number }>(SETTLE_SQL, [
      ...settleParameters(rows),
      Math.floor(nowMs),
    ]);
    return row?.booked ?? 0;
  }

  expireGrants(expiredBeforeMs: number, nowMs: number): Promise<number> {
    return this.count('select budget.expire_grants($1, $2, $3) as n', [
      expiredBeforeMs,
      nowMs,
      SWEEP,
    ]);
  }

  stampGrants(endedBeforeMs: number, lastSequence: number): Promise<number> {
    return this.count('select budget.stamp_grants($1, $2, $3) as n', [
      endedBeforeMs,
      lastSequence,
      SWEEP,
    ]);
  }

  closeGrants(ackFloor: number, nowMs = Date.now()): Promise<number> {
    return this.count('select budget.close_grants($1, $2, $3) as n', [
      ackFloor,
      SWEEP,
      Math.floor(nowMs),
    ]);
  }

  async purge(beforeMs: number): Promise<number> {
    const before = new Date(beforeMs);
    const grants = await this.count(
      `with gone as (delete from budget.budget_grant where grant_id in (
         select grant_id from budget.budget_grant where state = 'closed' and ended_at < $1 limit $2) returning 1)
       select count(*)::integer as n from gone`,
      [before, SWEEP],
    );
    const windows = await this.count(
      `with gone as (delete from budget.quota_window where window_id in (
         select window_id from budget.quota_window where ends_at < $1 and granted = 0
           and (kind in ('minute', 'hour') or counts_by is not null)
         limit $2) returning 1)
       select count(*)::integer as n from gone`,
      [before, SWEEP],
    );
    const buckets = await this.count(
      `with gone as (delete from budget.quota_window where window_id in (
         select window_id from budget.quota_window where (bucket).second < $1 and (bucket).second is not null
           and granted = 0 limit $2) returning 1)
       select count(*)::integer as n from gone`,
      [Math.floor(beforeMs / 1_000), SWEEP],
    );
    return grants + windows + buckets;
  }

  untoldAlerts(): Promise<QuotaAlert[]> {
    return untoldAlerts(this.database);
  }

  async raiseSpent(windowIds: readonly string[]): Promise<void> {
    await this.database.query(RAISE_SPENT, [windowIds]);
  }

  async acknowledgeAlerts(alertIds: readonly string[]): Promise<void> {
    await this.database.query(ACKNOWLEDGE_ALERTS, [alertIds]);
  }

  private async count(text: string, values: readonly unknown[]): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(text, values);
    return row?.n ?? 0;
  }
}

function encodeAsk({ slice, ...ask }: GrantAsk): object {
  return {
    ...ask,
    needCost: slice.need.cost.toString(),
    needTokens: slice.need.tokens.toString(),
    needRequests: slice.need.requests.toString(),
    wantCost: slice.want.cost.toString(),
    wantTokens: slice.want.tokens.toString(),
    wantRequests: slice.want.requests.toString(),
    extra: slice.extra.toString(),
  };
}

function decodeWindow({ limit, settled, granted, bucket, ...window }: TakenWindow): WindowState {
  return {
    ...window,
    limit: limit === null ? null : BigInt(limit),
    settled: BigInt(settled),
    granted: BigInt(granted),
    bucket: bucket && {
      second: bucket.second,
      level: BigInt(bucket.level),
      later: bucket.ends.map((second, at) => ({ second, units: BigInt(bucket.units[at] ?? 0) })),
    },
  };
}

function decodeAnswer(answer: TakenAnswer): AskOutcome {
  const granted = answer.granted.map(BigInt);
  if (answer.outcome === 'blocked') {
    const blocks = answer.blocks.map((block) => ({ ...block, need: BigInt(block.need) }));
    return { outcome: 'blocked', blocks, granted };
  }
  const amounts = {
    cost: BigInt(answer.cost),
    tokens: BigInt(answer.tokens),
    requests: BigInt(answer.requests),
  };
  return { outcome: 'granted', amounts, granted };
}
