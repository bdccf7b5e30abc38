import type { GrantAnswer, QuotaState } from '@tollgate/contracts';
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
        .map((window, index) => stateOf(window, outcome.granted[index] ?? 0n))
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
    quota: stateOf(window, outcome.granted[block.window] ?? 0n),
    retryAfterMs: retryAfter(block, window, nowMs),
  };
}

/** No rate, then money and long windows, then rates; spent before held; the later end first. */
function severity(block: Block, window: WindowState): number {
  const why = block.why === 'no_rate' ? 4 : block.why === 'spent' ? 2 : 0;
  const end = window.resetsAt === null ? 1 : window.resetsAt / 1e15;
  return why + (isRate(window) ? 0 : 1) + end / 2;
}

function retryAfter(block: Block, window: WindowState, nowMs: number): number | null {
  if (block.why === 'held') return HELD_RETRY_MS;
  const canEverFit = window.limit !== null && block.need <= window.limit;
  if (block.why === 'no_rate' || !isRate(window) || window.resetsAt === null || !canEverFit) {
    return null;
  }
  return Math.max(1, window.resetsAt - nowMs);
}

function isRate(window: WindowState): boolean {
  return window.kind === 'minute' && window.metric !== 'cost';
}

function stateOf(window: WindowState, granted: bigint): QuotaState {
  const limit = window.limit ?? 0n;
  return {
    quotaId: window.quotaId,
    windowId: window.windowId,
    metric: window.metric,
    window: window.kind,
    hard: window.hard,
    limit: limit.toString(),
    remaining: greatest(limit - window.settled - granted, 0n).toString(),
    resetsAt: window.resetsAt,
  };
}
