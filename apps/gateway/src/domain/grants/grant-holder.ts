import type {
  Draw,
  Failure,
  GrantAnswer,
  GrantRequest,
  GrantReturn,
  KeyPolicy,
  QuotaDefinition,
  QuotaState,
  Result,
} from '@tollgate/contracts';

/** Quotas that are drawn on together, and for whom. A key's policy is one. */
export interface QuotaHolder
  extends Pick<KeyPolicy, 'organizationId' | 'projectId' | 'keyId' | 'quotas'> {
  /** Quotas that rate-limit headers say nothing of. */
  readonly hidden?: ReadonlySet<string>;
}

/**
 * Whose quotas are drawn on: one for each version of a key's policy. A changed policy is another subject with another id;
 * grants of the old one go back as idle.
 */
export interface GrantSubject {
  readonly id: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly keyId: string;
  readonly quotas: readonly QuotaDefinition[];
  readonly hidden?: ReadonlySet<string> | undefined;
}

export type DrawDecision =
  | { readonly outcome: 'drawn'; readonly draw: Draw }
  /** No quota applies. */
  | { readonly outcome: 'unlimited' }
  /** Only soft quotas apply and budget cannot be reached: go on without a draw. */
  | { readonly outcome: 'unmetered' }
  | {
      readonly outcome: 'refused';
      readonly failure: Failure;
      /** The quota that keeps it out, where one does. */
      readonly quota: QuotaState | null;
    };

export interface GrantBookOptions {
  /** `ins_…` of this gateway. */
  readonly holder: string;
  /** Asks budget. Never rejects. */
  readonly ask: (
    request: GrantRequest,
    deadlineAt: number,
  ) => Promise<Result<GrantAnswer, Failure>>;
  /** Gives a grant back. Answers false when budget could not be told; it is tried again. Never rejects. */
  readonly giveBack: (grant: GrantReturn) => Promise<boolean>;
  /** Milliseconds since the epoch. When it is set back, all grants are given back. */
  readonly now: () => number;
  readonly limits?: Partial<GrantBookLimits>;
}

export interface GrantBookLimits {
  /** Subjects that are held at once; beyond it the one used longest ago is let go. */
  readonly subjects: number;
  readonly waitersPerSubject: number;
  readonly waiters: number;
  /** Returns that wait to be told; beyond it the oldest is left to expire. */
  readonly unsentReturns: number;
  /** Grants are given back after this long without a draw, milliseconds. */
  readonly idleMs: number;
  /** No draws this long before a grant expires, milliseconds. */
  readonly marginMs: number;
  /** The next grant is asked for this long before the one in use ends, or in its second half; milliseconds. */
  readonly aheadMs: number;
  /** The longest wait for budget, milliseconds. */
  readonly askMs: number;
  /** The same where only soft quotas apply. */
  readonly softAskMs: number;
}

export const DEFAULT_LIMITS: GrantBookLimits = {
  subjects: 10_000,
  waitersPerSubject: 1_000,
  waiters: 10_000,
  unsentReturns: 1_000,
  idleMs: 2_000,
  marginMs: 250,
  aheadMs: 2_000,
  askMs: 4_000,
  softAskMs: 1_000,
};
