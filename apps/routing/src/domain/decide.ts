import type {
  Candidate,
  CompiledRoute,
  ExcludedCandidate,
  PlanRequest,
  RouteTarget,
  Strategy,
} from '@tollgate/contracts';
import type { CandidateView } from './candidate-view.ts';
import { type Exclusion, findExclusion } from './eligibility.ts';
import { matchTargets } from './match-targets.ts';
import { rank, type Ranked } from './rank.ts';

export type Decision =
  | {
      readonly outcome: 'planned';
      readonly strategy: Strategy;
      readonly order: 'given' | 'weighted';
      readonly candidates: readonly Candidate[];
      readonly excluded: readonly ExcludedCandidate[];
    }
  | { readonly outcome: 'model_not_allowed' }
  | { readonly outcome: 'exhausted'; readonly excluded: readonly ExcludedCandidate[] };

/** A plan holds so many candidates at most, and explains so many exclusions: it travels with each request. */
export const MOST_CANDIDATES = 16;
export const MOST_EXPLAINED = 32;

/**
 * Which candidates serve requests of this class, in which order, and why the others do not. Pure: the same input gives the
 * same decision. `look` says what is known about a target.
 */
export function decide(
  given: PlanRequest,
  route: CompiledRoute,
  look: (target: RouteTarget) => CandidateView,
): Decision {
  const request = withProfile(given, route);
  const asked = request.profileClass.modelAsked;
  const known = [...route.otherModels, ...(route.platformModels ?? [])];
  const inRoute = matchTargets(route.targets, asked, known);
  const matched = inRoute.length
    ? inRoute
    : asked === null
      ? []
      : matchTargets(route.otherModels, asked);
  const judged = matched
    .map(look)
    .map((view) => ({ view, exclusion: findExclusion(request, view) }));

  const strategy = request.strategy ?? route.strategy;
  const eligible = judged.filter(({ exclusion }) => exclusion === null).map(({ view }) => view);
  const reserves = judged
    .filter(({ exclusion }) => exclusion?.isLastResort)
    .map(({ view }) => view);
  const chosen = eligible.length ? eligible : reserves;
  const excluded = judged.flatMap(({ view, exclusion }) =>
    exclusion && !(exclusion.isLastResort && !eligible.length) ? [explain(view, exclusion)] : [],
  );
  if (!chosen.length)
    return nothingLeft(
      judged.map(({ exclusion }) => exclusion),
      excluded,
      route,
      asked,
    );

  const ranked = rank(strategy, chosen, request.profileClass);
  return {
    outcome: 'planned',
    strategy,
    order: strategy === 'weighted' ? 'weighted' : 'given',
    candidates: ranked.slice(0, MOST_CANDIDATES).map((one) => toCandidate(one, !eligible.length)),
    excluded: excluded.slice(0, MOST_EXPLAINED),
  };
}

/** The caller's response profile where the route allows it, else the route's own. */
function withProfile(request: PlanRequest, route: CompiledRoute): PlanRequest {
  const asked = route.allowProfileOverride ? request.profileClass.profile : null;
  return {
    ...request,
    profileClass: { ...request.profileClass, profile: asked ?? route.defaultProfile },
  };
}

function nothingLeft(
  exclusions: readonly (Exclusion | null)[],
  excluded: readonly ExcludedCandidate[],
  route: CompiledRoute,
  asked: string | null,
): Decision {
  if (exclusions.length && exclusions.every((one) => one?.reason === 'model_not_allowed')) {
    return { outcome: 'model_not_allowed' };
  }
  if (excluded.length) return { outcome: 'exhausted', excluded: excluded.slice(0, MOST_EXPLAINED) };
  const mismatched = route.targets.slice(0, MOST_EXPLAINED).map((target) => ({
    aiProviderId: target.aiProviderId,
    connectionName: target.connectionName,
    provider: target.provider,
    model: target.model,
    reason: 'model_mismatch' as const,
    text: asked === null ? 'takes any model, and none was asked for' : `serves ${target.model}`,
  }));
  return { outcome: 'exhausted', excluded: mismatched };
}

function explain(view: CandidateView, exclusion: Exclusion): ExcludedCandidate {
  const { aiProviderId, connectionName, provider, model } = view.target;
  return {
    aiProviderId,
    connectionName,
    provider,
    model,
    reason: exclusion.reason,
    text: exclusion.text,
  };
}

function toCandidate({ view, group, reason }: Ranked, isLastResort: boolean): Candidate {
  const { target, appraisal } = view;
  return {
    aiProviderId: target.aiProviderId,
    connectionName: target.connectionName,
    provider: target.provider,
    model: target.model,
    priority: group,
    weight: target.weight,
    priceOverride: appraisal?.defaultPrice ?? target.price,
    ...(appraisal?.defaultPrice ? { priceSource: 'default' as const } : {}),
    price: appraisal && {
      version: appraisal.version,
      inputPerMTok: appraisal.inputPerMTok.toString(),
      outputPerMTok: appraisal.outputPerMTok.toString(),
    },
    contextWindow: view.contextWindow,
    maxOutputTokens: view.maxOutputTokens,
    reason: isLastResort ? `${reason}; last resort: ${view.observation.text}` : reason,
    ...(target.access === 'platform' ? { access: 'platform' as const } : {}),
  };
}
