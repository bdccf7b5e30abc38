import type { Capability, KeyPolicy, Operation, Plan } from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import { type PriceSheet, upperBoundCost } from '@tollgate/pricing';
import type { DrawAmounts } from './grants/amounts.ts';

/** What is the same for all requests of a key under a plan. */
export interface ReservationTerms {
  readonly candidates: readonly PricedCandidate[];
  readonly hasCostQuota: boolean;
  /** A hard quota on money or tokens: the answer's length must be bounded. */
  readonly needsOutputCap: boolean;
  /** The cap that is set when the caller names none: every candidate gives that much. */
  readonly defaultOutputCap: number;
}

export interface PricedCandidate {
  /** Undefined where no price is known. */
  readonly sheet: PriceSheet | undefined;
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
}

export interface Reservation {
  readonly amounts: DrawAmounts;
  /** To be sent to the provider; null when the caller named a cap, or none is needed. */
  readonly outputCap: number | null;
}

/** @param defaultOutputCap tokens, for callers that name no cap under a hard quota */
export function reservationTerms(
  policy: Pick<KeyPolicy, 'quotas'>,
  plan: Pick<Plan, 'candidates'>,
  priceOf: (candidate: Plan['candidates'][number]) => PriceSheet | undefined,
  defaultOutputCap: number,
): ReservationTerms {
  const candidates = plan.candidates.map((candidate) => ({
    sheet: priceOf(candidate),
    contextWindow: candidate.contextWindow,
    maxOutputTokens: candidate.maxOutputTokens,
  }));
  return {
    candidates,
    hasCostQuota: policy.quotas.some(({ metric }) => metric === 'cost'),
    needsOutputCap: policy.quotas.some(({ hard, metric }) => hard && metric !== 'requests'),
    defaultOutputCap: candidates.reduce(
      (cap, { maxOutputTokens }) => Math.min(cap, maxOutputTokens ?? cap),
      defaultOutputCap,
    ),
  };
}

/** Sound goes in or comes out, which may have prices of its own. */
const AUDIBLE: ReadonlySet<Capability> = new Set<Capability>(['audio', 'speech', 'transcription']);
/** Many inputs in one request: a model's window bounds each of them, not their sum. */
const BATCHES: ReadonlySet<Operation> = new Set<Operation>(['embeddings', 'moderation']);

/** The most that the request may use at whichever candidate answers: what its grant must cover. */
export function reserve(terms: ReservationTerms, profile: RequestProfile): Reservation {
  const isCapped = profile.outputCap !== null;
  const cap = profile.outputCap ?? terms.defaultOutputCap;
  const audio = profile.capabilities.some((one) => AUDIBLE.has(one));
  const isBatch = BATCHES.has(profile.operation);
  let tokens = 0;
  let cost = 0n;
  for (const { sheet, contextWindow, maxOutputTokens } of terms.candidates) {
    const window = isBatch ? null : contextWindow;
    const input = Math.min(profile.inputTokensBound, window ?? Number.MAX_SAFE_INTEGER);
    const output = Math.min(cap, maxOutputTokens ?? cap) * profile.choices;
    if (input + output > tokens) tokens = input + output;
    if (!terms.hasCostQuota || sheet === undefined) continue;
    const bound = upperBoundCost(sheet, input, output, { audio });
    if (bound > cost) cost = bound;
  }
  return {
    amounts: { costPicoUsd: cost, tokens, requests: 1 },
    outputCap: terms.needsOutputCap && !isCapped ? terms.defaultOutputCap : null,
  };
}
