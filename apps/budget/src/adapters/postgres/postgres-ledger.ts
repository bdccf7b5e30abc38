import type { QuotaAlert, QuotaDefinition, QuotaWindowsAnswer } from '@tollgate/contracts';
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
import { SETTLE_SQL, settleParameters } from './settle-parameters.ts';

export interface LeaseOptions {
  readonly leaseMs: number;
  /** A grant lasts at least this long, though its window ends sooner; milliseconds. */
  readonly leastLeaseMs: number;
}

/** How many grants one sweep touches in one transaction. */
const SWEEP = 500;
const DECIMAL = /^\d{1,18}(\.\d{1,18})?$/;

/** What `budget.take_grants` answers. Amounts are decimal strings. */
interface TakenRow {
  readonly windows: readonly (Omit<WindowState, 'limit' | 'settled'> & {
    readonly limit: string | null;
    readonly settled: string;
  })[];
  readonly answers: readonly TakenAnswer[];
  readonly expiresAt: number;
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
      'select budget.take_grants($1, $2, $3, $4, $5) as taken',
      [
        JSON.stringify(quotas.map(encodeQuota)),
        JSON.stringify(asks.map(encodeAsk)),
        Math.floor(nowMs),
        this.lease.leaseMs,
        this.lease.leastLeaseMs,
      ],
    );
    if (!row) throw new Error('budget.take_grants answered nothing');
    const { windows, answers, expiresAt } = row.taken;
    return {
      windows: windows.map((window) => ({
        ...window,
        limit: window.limit === null ? null : BigInt(window.limit),
        settled: BigInt(window.settled),
      })),
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

  async room(windowIds: readonly string[]): Promise<ReadonlyMap<string, WindowRoom>> {
    const rows = await this.database.query<{ id: string; available: string; unspent: string }>(
      `select window_id as id, limit_units - settled - granted as available, limit_units - settled as unspent
       from budget.quota_window where window_id = any($1) and limit_units is not null`,
      [windowIds],
    );
    return new Map(
      rows.map((row) => [
        row.id,
        { available: BigInt(row.available), unspent: BigInt(row.unspent) },
      ]),
    );
  }

  windowsOf(quotaIds: readonly string[], nowMs: number): Promise<QuotaWindowsAnswer['windows']> {
    return this.database.query(
      `select quota_id as "quotaId", window_id as "windowId", metric, kind as "window", settled::text, granted::text
       from budget.quota_window where quota_id = any($1)
         and starts_at <= to_timestamp($2 / 1000.0) and ends_at > to_timestamp($2 / 1000.0)
       order by window_id`,
      [quotaIds, Math.floor(nowMs)],
    );
  }

  async settle(rows: readonly SettlementRow[]): Promise<number> {
    const [row] = await this.database.query<{ booked: number }>(SETTLE_SQL, settleParameters(rows));
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

  closeGrants(ackFloor: number): Promise<number> {
    return this.count('select budget.close_grants($1, $2) as n', [ackFloor, SWEEP]);
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
         select window_id from budget.quota_window where ends_at < $1 and kind in ('minute', 'hour') and granted = 0
         limit $2) returning 1)
       select count(*)::integer as n from gone`,
      [before, SWEEP],
    );
    return grants + windows;
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

function encodeQuota({ windowId, quota, startsAt, endsAt }: OpenQuota): object {
  return {
    windowId,
    quotaId: quota.quotaId,
    scope: quota.scope,
    scopeId: quota.scopeId,
    metric: quota.metric,
    kind: quota.window,
    timezone: quota.timezone,
    startsAt,
    endsAt,
    limit: quota.limit,
    currency: quota.metric === 'cost' ? (quota.currency ?? 'USD') : null,
    usdPerUnit: usdPerUnit(quota),
    hard: quota.hard,
    access: quota.access ?? null,
    alertPct: alertPctOf(quota),
  };
}

/** That money has run out is always told. */
function alertPctOf({ metric, alertPct }: QuotaDefinition): number[] {
  const all = new Set(metric === 'cost' ? [...alertPct, 100] : alertPct);
  return [...all].sort((a, b) => a - b);
}

/** Null for counts, and where no rate is known; never 1 in place of a missing rate. */
function usdPerUnit(quota: QuotaDefinition): string | null {
  if (quota.metric !== 'cost') return null;
  if (quota.currency === null || quota.currency === 'USD') return '1';
  return quota.usdPerUnit !== null && DECIMAL.test(quota.usdPerUnit) ? quota.usdPerUnit : null;
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
