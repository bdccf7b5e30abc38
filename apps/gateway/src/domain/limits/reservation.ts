import {
  type Capability,
  type Failure,
  failure,
  type KeyPolicy,
  type Operation,
  type Plan,
  type QuotaState,
} from '@tollgate/contracts';
import type { RequestProfile } from '@tollgate/dialects';
import { type PriceSheet, upperBoundCost } from '@tollgate/pricing';
import type { DrawAmounts } from '../grants/amounts.ts';

/** What is the same for all requests of a key under a plan. */
export interface ReservationTerms {
  readonly candidates: readonly PricedCandidate[];
  readonly hasCostQuota: boolean;
  /** A hard quota on money: what the request costs must be known. */
  readonly needsPrice: boolean;
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
  /** The provider puts a prompt of its own before each request: tokens. */
  readonly ownPromptTokens: number;
}

export interface Reservation {
  readonly amounts: DrawAmounts;
  /** To be sent to the provider; null when the caller named a cap, none is needed, or none can be sent. */
  readonly outputCap: number | null;
  /** The most tokens that the amounts cover. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** xAI's prompt counts as input: about 200 tokens in recorded calls of Grok, whoever serves it. */
const GROK = /grok/i;
const GROK_PROMPT_BOUND = 512;

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
    ownPromptTokens:
      candidate.provider === 'xai' || GROK.test(candidate.model) ? GROK_PROMPT_BOUND : 0,
  }));
  return {
    candidates,
    ...needsOf(policy.quotas),
    defaultOutputCap: candidates.reduce(
      (cap, { maxOutputTokens }) => Math.min(cap, maxOutputTokens ?? cap),
      defaultOutputCap,
    ),
  };
}

/** The same for other quotas. */
export function termsUnder(terms: ReservationTerms, quotas: KeyPolicy['quotas']): ReservationTerms {
  return { ...terms, ...needsOf(quotas) };
}

function needsOf(quotas: KeyPolicy['quotas']) {
  return {
    hasCostQuota: quotas.some(({ metric }) => metric === 'cost'),
    needsPrice: quotas.some(({ hard, metric }) => hard && metric === 'cost'),
    needsOutputCap: quotas.some(
      ({ hard, metric }) => hard && (metric === 'cost' || metric === 'tokens'),
    ),
  };
}

/** Sound goes in or comes out, which may have prices of its own. */
const AUDIBLE: ReadonlySet<Capability> = new Set<Capability>(['audio', 'speech', 'transcription']);
/** Many inputs in one request: a model's window bounds each of them, not their sum. */
const BATCHES: ReadonlySet<Operation> = new Set<Operation>(['embeddings', 'moderation']);

/**
 * The most that the request may use at whichever candidate answers: what its grant must cover. One answer is paid for,
 * whatever was tried before it: failed attempts are not charged, and an answer that goes on elsewhere stays within the draw.
 * @param defaultCap the cap that is sent where the caller named none, tokens
 */
export function reserve(
  terms: ReservationTerms,
  profile: RequestProfile,
  defaultCap: number = terms.defaultOutputCap,
): Reservation {
  const { outputBound, choices } = profile;
  const isCapped = profile.outputCap !== null || outputBound !== null;
  const cap = profile.outputCap ?? defaultCap;
  const options = {
    audio: profile.capabilities.some((one) => AUDIBLE.has(one)),
    hostedToolCalls: profile.hostedToolCalls ?? 0,
  };
  let tokens = 0;
  let cost = 0n;
  let inputTokens = 0;
  let outputTokens = 0;
  for (const candidate of terms.candidates) {
    const { sheet, maxOutputTokens } = candidate;
    const input = mostInput(candidate, profile);
    const output = (outputBound ?? Math.min(cap, maxOutputTokens ?? cap)) * choices;
    if (input + output > tokens) tokens = input + output;
    if (input > inputTokens) inputTokens = input;
    if (output > outputTokens) outputTokens = output;
    if (!terms.hasCostQuota || sheet === undefined) continue;
    const bound = upperBoundCost(sheet, input, output, options);
    if (bound > cost) cost = bound;
  }
  return {
    amounts: { costPicoUsd: cost, tokens, requests: 1 },
    outputCap: terms.needsOutputCap && !isCapped ? defaultCap : null,
    inputTokens,
    outputTokens,
  };
}

/** What the provider's own tools find is read as input: each run, and the answer after them, reads a window at most. */
function mostInput(
  { contextWindow, ownPromptTokens }: PricedCandidate,
  { operation, inputTokensBound, hostedToolCalls }: RequestProfile,
): number {
  const window = BATCHES.has(operation) ? null : contextWindow;
  if (hostedToolCalls !== 0 && window !== null) return window * ((hostedToolCalls ?? 0) + 1);
  return Math.min(inputTokensBound + ownPromptTokens, window ?? Number.MAX_SAFE_INTEGER);
}

/** Why a hard quota cannot cover the request, whatever is left of it; null where it may. */
export function findUnbounded(
  { needsPrice, needsOutputCap, candidates }: ReservationTerms,
  { hostedToolCalls, surcharge }: RequestProfile,
): Failure | null {
  if (surcharge !== null && needsPrice && !candidates.every(hasOperatorsPrice)) {
    const message = `"${surcharge}" asks for a price that is not known, and a hard budget of this key applies.`;
    return failure('budget.unpriced', { param: surcharge, message });
  }
  if (hostedToolCalls === 0 || !needsOutputCap) return null;
  if (hostedToolCalls === null) return failure('budget.exceeded', { message: UNLIMITED_TOOLS });
  const isUnknown = candidates.some(({ contextWindow }) => contextWindow === null);
  return isUnknown ? failure('budget.exceeded', { message: UNKNOWN_WINDOW }) : null;
}

/** Whoever set a price of their own has said what a call costs, whatever it asks for. */
function hasOperatorsPrice({ sheet }: PricedCandidate): boolean {
  return sheet !== undefined && sheet.source !== 'catalogue';
}

const UNLIMITED_TOOLS =
  'A hard budget of this key cannot cover tools that the provider runs as often as it likes. ' +
  'Limit them: "max_uses" of each tool in messages, "max_tool_calls" in responses.';
const UNKNOWN_WINDOW =
  'A hard budget of this key cannot cover tools that the provider runs at a model whose context window is not known.';

/** Reasoning comes out of the same cap. */
const REASONING_FACTOR = 8;

/**
 * The same request with the longest answer that what is left of a quota covers, where the cap was not the caller's; null
 * where even the smallest useful answer is not covered.
 * @param left the quota that refused `before`
 * @param smallestOutputCap the smallest useful answer, tokens; eight times as much with reasoning
 */
export function shrink(
  terms: ReservationTerms,
  profile: RequestProfile,
  before: Reservation,
  left: Pick<QuotaState, 'metric' | 'remaining'>,
  smallestOutputCap: number,
): Reservation | null {
  const { metric } = left;
  if (before.outputCap === null || (metric !== 'cost' && metric !== 'tokens')) return null;
  const remaining = BigInt(left.remaining);
  const fits = ({ amounts }: Reservation): boolean =>
    (metric === 'cost' ? amounts.costPicoUsd : BigInt(amounts.tokens)) <= remaining;
  const reasons = profile.capabilities.includes('reasoning');
  let low = smallestOutputCap * (reasons ? REASONING_FACTOR : 1);
  let high = before.outputCap - 1;
  if (low > high) return null;
  let best = reserve(terms, profile, low);
  if (!fits(best)) return null;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const tried = reserve(terms, profile, middle);
    if (fits(tried)) [low, best] = [middle, tried];
    else high = middle - 1;
  }
  return best;
}
