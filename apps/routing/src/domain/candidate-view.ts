import type { Capability, PriceOverride, RouteTarget } from '@tollgate/contracts';

/** What a model costs, in pico-USD for a million tokens, and by which price. */
export interface Appraisal {
  readonly version: string;
  readonly inputPerMTok: bigint;
  readonly outputPerMTok: bigint;
  /** The policy's price, where the model has none of its own. */
  readonly defaultPrice?: PriceOverride;
}

/** What has been seen of a model on a connection lately. */
export interface Observation {
  readonly state: 'closed' | 'open' | 'half-open';
  /** Mean time to the first byte of recent successful calls, milliseconds; null when there was none. */
  readonly ttftMs: number | null;
  /** For people, e.g. "5 of 6 calls failed (provider.server_error)". */
  readonly text: string;
}

/** A target with all that is known about it: what the rules look at. */
export interface CandidateView {
  readonly target: RouteTarget;
  /** Null: nobody knows, so nothing is ruled out. */
  readonly capabilities: readonly Capability[] | null;
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  readonly appraisal: Appraisal | null;
  readonly observation: Observation;
}
