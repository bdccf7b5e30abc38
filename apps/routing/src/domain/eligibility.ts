import type { ExclusionReason, Operation, PlanRequest } from '@tollgate/contracts';
import { isAllowed } from './allowlist.ts';
import type { CandidateView } from './candidate-view.ts';

export interface Exclusion {
  readonly reason: ExclusionReason;
  /** For people. */
  readonly text: string;
  /** The candidate may still be tried when nothing else is left. */
  readonly isLastResort: boolean;
}

/** Many inputs in one request: the window holds for each of them, not for all. */
const BATCHES: ReadonlySet<string> = new Set<Operation>(['embeddings', 'moderation']);

/** Why the candidate must not serve the request, or null when it may. The first rule that speaks decides. */
export function findExclusion(request: PlanRequest, view: CandidateView): Exclusion | null {
  const { target } = view;
  const { profileClass } = request;
  if (!target.enabled) return never('disabled', 'the connection is disabled');
  if (!isAllowed(request.modelAllowlist, target)) {
    return never('model_not_allowed', "the key's allowlist does not name it");
  }
  if (profileClass.profile && target.profiles && !target.profiles.includes(profileClass.profile)) {
    return never(
      'profile_mismatch',
      `serves ${target.profiles.join(', ')}, not ${profileClass.profile}`,
    );
  }
  const known = view.capabilities;
  const missing = known ? profileClass.capabilities.filter((one) => !known.includes(one)) : [];
  if (missing.length) return never('capability_missing', `cannot do ${missing.join(', ')}`);
  const fitsWhole = !BATCHES.has(profileClass.operation);
  if (fitsWhole && view.contextWindow !== null && leastInputTokens(request) >= view.contextWindow) {
    return never(
      'context_too_small',
      `needs more than ${leastInputTokens(request)} tokens of context, has ${view.contextWindow}`,
    );
  }
  if (request.needsPrice && view.appraisal === null) {
    return never('unpriced_under_hard_budget', 'has no known price, and a hard budget applies');
  }
  if (request.needsPlatformPrice && target.access === 'platform' && view.appraisal === null) {
    return never('unpriced_under_hard_budget', 'has no known price, and is paid for from credits');
  }
  if (
    profileClass.outputCap !== null &&
    view.maxOutputTokens !== null &&
    profileClass.outputCap > view.maxOutputTokens
  ) {
    return lastResort(
      'output_too_small',
      `${profileClass.outputCap} output tokens were asked for, it gives ${view.maxOutputTokens}`,
    );
  }
  if (view.observation.state === 'open') return lastResort('unhealthy', view.observation.text);
  return null;
}

/** A class spans a factor of two: whatever its smallest request cannot fit, none of it can. */
function leastInputTokens(request: PlanRequest): number {
  return Math.floor(request.profileClass.inputTokensBelow / 2);
}

const never = (reason: ExclusionReason, text: string): Exclusion => ({
  reason,
  text,
  isLastResort: false,
});
const lastResort = (reason: ExclusionReason, text: string): Exclusion => ({
  reason,
  text,
  isLastResort: true,
});
