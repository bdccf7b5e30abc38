import type { GrantAnswer, QuotaState } from '@tollgate/contracts';
import { isBucket } from '../domain/quota-kind.ts';
import {
  fullAt,
  moveBucket,
  PARTS,
  roomOf,
  secondOf,
  takeMove,
  type TokenBucket,
  waitFor,
} from '../domain/token-bucket.ts';
import { greatest } from '../domain/units.ts';
import type { AskOutcome, Block, TakeOutcome, WindowState } from './ledger.ts';

type Blocked = Extract<AskOutcome, { outcome: 'blocked' }>;
type Granted = Extract<AskOutcome, { outcome: 'granted' }>;

/** When a limit is met only by what others hold, it may be free again this soon. */
const HELD_RETRY_MS = 250;

/** The answer to an ask that fitted. */
export function grantedAnswer(
  taken: TakeOutcome,
  outcome: Granted,
  grantId: string,
  nowMs: number,
): GrantAnswer {
  return {
    outcome: 'granted',
    grant: {
      grantId,
      amounts: {
        costPicoUsd: outcome.amounts.cost.toString(),
        tokens: Number(outcome.amounts.tokens),
        requests: Number(outcome.amounts.requests),
      },
      expiresAt: taken.expiresAt,
      leaseMs: Math.max(0, taken.expiresAt - nowMs),
      quotas: taken.windows
        .map((window, index) => stateOf(window, outcome.granted[index] ?? 0n, taken, nowMs))
        .filter((_, index) => taken.windows[index]?.limit !== null),
    },
  };
}

/** Whether only grants stand in the way, which may come back. */
export function isOnlyHeld(outcome: Blocked): boolean {
  return outcome.blocks.every((block) => block.why === 'held');
}

/** The answer to an ask that did not fit: it names the quota that keeps it out the longest. */
export function refusedAnswer(taken: TakeOutcome, outcome: Blocked, nowMs: number): GrantAnswer {
  let worst: { readonly block: Block; readonly window: WindowState } | undefined;
  for (const block of outcome.blocks) {
    const window = taken.windows[block.window];
    if (window && (!worst || severity(block, window) > severity(worst.block, worst.window))) {
      worst = { block, window };
    }
  }
  if (!worst) throw new Error('nothing blocks the ask');
  const { block, window } = worst;
  const reason =
    block.why === 'no_rate' ? 'no_exchange_rate' : isRate(window) ? 'rate_limited' : 'exceeded';
  return {
    outcome: 'refused',
    reason,
    quota: stateOf(window, outcome.granted[block.window] ?? 0n, taken, nowMs),
    retryAfterMs: isRate(window)
      ? longestWait(taken, outcome, nowMs)
      : block.why === 'held'
        ? HELD_RETRY_MS
        : null,
  };
}

/** No rate, then money and long windows, then rates; spent before held; the later end first. */
function severity(block: Block, window: WindowState): number {
  const why = block.why === 'no_rate' ? 4 : block.why === 'spent' ? 2 : 0;
  const end = window.resetsAt === null ? 1 : window.resetsAt / 1e15;
  return why + (isRate(window) ? 0 : 1) + end / 2;
}

/** Until all of them let it in; null: one never does. */
function longestWait(taken: TakeOutcome, outcome: Blocked, nowMs: number): number | null {
  let longest = 1;
  for (const { window: index, need } of outcome.blocks) {
    const window = taken.windows[index];
    if (!window?.bucket || window.limit === null) continue;
    const bucket = after(window, window.bucket, outcome.granted[index] ?? 0n, taken, nowMs);
    const wait = waitFor(bucket, window.limit, nowMs, need);
    if (wait === null) return null;
    longest = Math.max(longest, wait);
  }
  return longest;
}

function isRate({ kind, metric }: WindowState): boolean {
  return isBucket({ window: kind, metric });
}

/** @param granted what all grants together hold of it by now */
function stateOf(
  window: WindowState,
  granted: bigint,
  taken: TakeOutcome,
  nowMs: number,
): QuotaState {
  const limit = window.limit ?? 0n;
  return {
    quotaId: window.quotaId,
    windowId: window.windowId,
    metric: window.metric,
    window: window.kind,
    hard: window.hard,
    limit: limit.toString(),
    ...(window.bucket
      ? bucketState(after(window, window.bucket, granted, taken, nowMs), limit, nowMs)
      : {
          remaining: greatest(limit - window.settled - granted, 0n).toString(),
          resetsAt: window.resetsAt,
        }),
  };
}

/** It is full at `resetsAt`, and a straight line to there is the least that it has until then. */
function bucketState(bucket: TokenBucket, limit: bigint, nowMs: number) {
  const remaining = greatest(roomOf(bucket, limit, nowMs), 0n);
  const resetsAt = fullAt(bucket, limit, nowMs);
  const refillMs = limit > 0n ? ((limit - remaining) * PARTS) / limit : 0n;
  return {
    remaining: remaining.toString(),
    resetsAt,
    refillsFrom: resetsAt - Number(refillMs),
  };
}

/** The bucket with what the asks before took of it. */
function after(
  { limit, granted: before }: WindowState,
  bucket: TokenBucket,
  granted: bigint,
  { expiresAt }: TakeOutcome,
  nowMs: number,
): TokenBucket {
  if (granted === before) return bucket;
  const move = takeMove(secondOf(expiresAt), granted - before);
  return moveBucket(bucket, limit ?? 0n, nowMs, [move]);
}
