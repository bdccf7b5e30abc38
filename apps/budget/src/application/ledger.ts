import type {
  QuotaAlert,
  Metric,
  QuotaDefinition,
  QuotaWindow,
  QuotaWindowsAnswer,
} from '@tollgate/contracts';
import type { SettlementRow } from '../domain/settlement-row.ts';
import type { SliceAsk } from '../domain/slice.ts';
import type { TokenBucket } from '../domain/token-bucket.ts';
import type { Units } from '../domain/units.ts';

/** A quota and the window of it that is open. `windowId` is used when the window is not there yet. */
export interface OpenQuota {
  readonly windowId: string;
  readonly quota: QuotaDefinition;
  /** Milliseconds since the epoch; no end: null. */
  readonly startsAt: number;
  readonly endsAt: number | null;
}

export interface GrantAsk {
  readonly grantId: string;
  readonly holder: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly keyId: string;
  readonly slice: SliceAsk;
}

/** A window as it stood before the grants. */
export interface WindowState {
  readonly windowId: string;
  readonly quotaId: string;
  readonly metric: Metric;
  readonly kind: QuotaWindow;
  readonly hard: boolean;
  /** Null: no exchange rate is known. */
  readonly limit: bigint | null;
  readonly settled: bigint;
  readonly granted: bigint;
  readonly resetsAt: number | null;
  /** Null: it is a window. */
  readonly bucket: TokenBucket | null;
}

/** Why an ask did not fit: `spent` for good, `held` by grants that may come back. `window` is an index. */
export interface Block {
  readonly window: number;
  readonly why: 'spent' | 'held' | 'no_rate';
  readonly need: bigint;
}

/** `granted` says, window by window, what all grants together hold after this ask. */
export type AskOutcome =
  | { readonly outcome: 'granted'; readonly amounts: Units; readonly granted: readonly bigint[] }
  | {
      readonly outcome: 'blocked';
      readonly blocks: readonly Block[];
      readonly granted: readonly bigint[];
    };

export interface TakeOutcome {
  readonly windows: readonly WindowState[];
  readonly answers: readonly AskOutcome[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** `available`: neither settled nor granted. `unspent`: not settled. */
export interface WindowRoom {
  readonly available: bigint;
  readonly unspent: bigint;
}

/**
 * The books. Every method is one transaction, and fails with `LedgerUnavailableError` when the database is away:
 * then nothing is known of what it did.
 */
export interface Ledger {
  takeGrants(
    quotas: readonly OpenQuota[],
    asks: readonly GrantAsk[],
    nowMs: number,
  ): Promise<TakeOutcome>;
  returnGrant(grantId: string, drawn: Units, nowMs: number): Promise<'returned' | 'unknown'>;
  /** Windows that are gone are left out. */
  room(windowIds: readonly string[], nowMs: number): Promise<ReadonlyMap<string, WindowRoom>>;
  /** Windows of these quotas that are open at that time. */
  windowsOf(quotaIds: readonly string[], nowMs: number): Promise<QuotaWindowsAnswer['windows']>;
  /** Alerts that were not acknowledged, some hundreds at most, the oldest first. */
  untoldAlerts(): Promise<QuotaAlert[]>;
  /** Raises that the money of these windows has run out, though not all of it is spent. Once for each window, as ever. */
  raiseSpent(windowIds: readonly string[]): Promise<void>;
  acknowledgeAlerts(alertIds: readonly string[]): Promise<void>;
  /** Answers how many of the rows were new. The first row of a request wins. Throws `LedgerRejectedError` for data it cannot hold. */
  settle(rows: readonly SettlementRow[], nowMs: number): Promise<number>;
  /** Fences open grants that expired before then. Answers how many. */
  expireGrants(expiredBeforeMs: number, nowMs: number): Promise<number>;
  /** Notes the stream's last sequence on grants that ended before then: no call that drew on them is under way. */
  stampGrants(endedBeforeMs: number, lastSequence: number): Promise<number>;
  /** Releases what grants still hold once settlement has passed their stamp. */
  closeGrants(ackFloor: number, nowMs: number): Promise<number>;
  /** Deletes closed grants and short windows that ended before then. */
  purge(beforeMs: number): Promise<number>;
}

/** The database is away or too slow. */
export class LedgerUnavailableError extends Error {}

/** The database will not hold the data. */
export class LedgerRejectedError extends Error {}
