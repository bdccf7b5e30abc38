import type { Failure, Result, SlotQuota, SlotsAnswer, SlotsRequest } from '@tollgate/contracts';
import type { SlotCounter } from './slot-counter.ts';

/** A call that is open, or about to be: one slot of each of its quotas is taken. */
export interface SlotHold {
  /** Whether its slots were kept up to now: a gateway that was stopped for long may begin nothing with them. */
  isCurrent(): boolean;
  /** The call has ended, or no longer needs the slots of these quotas. Ending it again changes nothing. */
  end(isOver?: (quotaId: string) => boolean): void;
}

export type SlotDecision =
  | { readonly outcome: 'begun'; readonly hold: SlotHold }
  | {
      readonly outcome: 'refused';
      readonly failure: Failure;
      /** The quota that keeps it out, where one does. */
      readonly quota: SlotQuota | null;
    };

/** A request that waits for slots. Times are monotonic milliseconds. */
export interface SlotWaiter {
  readonly counters: readonly SlotCounter[];
  readonly giveUpAt: number;
  /** When budget was last asked for it. */
  askedAt: number;
  readonly decide: (decision: SlotDecision) => void;
}

export interface SlotBookOptions {
  /** `ins_…` of this gateway. */
  readonly holder: string;
  /** Asks budget. Never rejects. */
  readonly ask: (request: SlotsRequest) => Promise<Result<SlotsAnswer, Failure>>;
  /** Monotonic milliseconds. */
  readonly tick: () => number;
  readonly limits?: Partial<SlotBookLimits>;
}

export interface SlotBookLimits {
  /** Quotas with slots or open calls at once; beyond it requests are turned away. */
  readonly counters: number;
  /** Requests that wait for one quota, and for all; beyond it they are refused at once. */
  readonly waitersPerQuota: number;
  readonly waiters: number;
  /** Quotas in one ask, and asks under way at once; the rest goes with the next. */
  readonly quotasPerAsk: number;
  readonly asks: number;
  /** The longest wait for a slot, milliseconds. */
  readonly patienceMs: number;
  /** No begins this long before a lease ends, milliseconds. */
  readonly marginMs: number;
  /** Slots that were not in use for this long are given back, milliseconds. */
  readonly idleMs: number;
  /** While somebody waits budget is asked again this often, milliseconds. */
  readonly pollMs: number;
  /** A recall holds for this long, milliseconds. */
  readonly recallMs: number;
  /** An unreachable budget is believed for this long, milliseconds. */
  readonly unreachableMs: number;
}

export const DEFAULT_SLOT_LIMITS: SlotBookLimits = {
  counters: 50_000,
  waitersPerQuota: 64,
  waiters: 1_000,
  quotasPerAsk: 100,
  asks: 4,
  patienceMs: 1_500,
  marginMs: 250,
  idleMs: 2_000,
  pollMs: 100,
  recallMs: 1_000,
  unreachableMs: 250,
};
