import { formatUsd, type ProfileClass, type Strategy } from '@tollgate/contracts';
import type { CandidateView } from './candidate-view.ts';

export interface Ranked {
  readonly view: CandidateView;
  /** Candidates of one group are drawn by weight among themselves; groups keep their order. */
  readonly group: number;
  readonly reason: string;
}

type Ranking = (views: readonly CandidateView[], profile: ProfileClass) => readonly Ranked[];

/** When the caller sets no cap, an answer is taken to be this long for comparing prices. */
const USUAL_OUTPUT_TOKENS = 512;
/** A model that nobody has called yet counts as this fast, so that it gets tried. */
const UNSEEN_TTFT_MS = 0;

/** Orders eligible candidates by the strategy. Ties keep the operator's order, so that the same input gives the same plan. */
export function rank(
  strategy: Strategy,
  views: readonly CandidateView[],
  profile: ProfileClass,
): readonly Ranked[] {
  return RANKINGS[strategy](views, profile);
}

const RANKINGS = {
  priority: (views) =>
    sortBy(views, priorityOf).map((view) => ({
      view,
      group: priorityOf(view),
      reason: `priority ${priorityOf(view)}`,
    })),
  weighted: (views) =>
    sortBy(views, priorityOf).map((view) => ({
      view,
      group: priorityOf(view),
      reason: `priority ${priorityOf(view)}, weight ${view.target.weight}`,
    })),
  cheapest: (views, profile) =>
    inOrder(
      sortBy(views, (view) => sortableCost(view, profile)),
      (view) => costText(view, profile),
    ),
  fastest: (views) => inOrder(sortBy(views, ttftOf), ttftText),
  balanced: (views, profile) => {
    const dearest = Math.max(1, ...views.map((view) => finite(sortableCost(view, profile))));
    const slowest = Math.max(1, ...views.map((view) => ttftOf(view)));
    const score = (view: CandidateView): number =>
      finite(sortableCost(view, profile), dearest) / dearest + ttftOf(view) / slowest;
    return inOrder(
      sortBy(views, score),
      (view) =>
        `${costText(view, profile)}, ${ttftText(view)}: score ${score(view).toFixed(3)} (lower is better)`,
    );
  },
  quality: (views) =>
    inOrder(
      [...sortBy(views, priorityOf)],
      (view) => `priority ${priorityOf(view)} stands for quality`,
    ),
} satisfies Record<Strategy, Ranking>;

/** Estimated pico-USD for one request of the class; null when the model has no price. */
export function estimateCost(view: CandidateView, profile: ProfileClass): bigint | null {
  if (!view.appraisal) return null;
  const output = profile.outputCap ?? USUAL_OUTPUT_TOKENS;
  const { inputPerMTok, outputPerMTok } = view.appraisal;
  return (
    (BigInt(profile.inputTokensBelow) * inputPerMTok + BigInt(output) * outputPerMTok) / 1_000_000n
  );
}

function sortableCost(view: CandidateView, profile: ProfileClass): number {
  const cost = estimateCost(view, profile);
  return cost === null ? Number.POSITIVE_INFINITY : Number(cost);
}

function costText(view: CandidateView, profile: ProfileClass): string {
  const cost = estimateCost(view, profile);
  return cost === null ? 'no known price' : `about $${formatUsd(cost)} a request`;
}

function ttftText(view: CandidateView): string {
  const { ttftMs } = view.observation;
  return ttftMs === null ? 'not called lately' : `first byte after ${Math.round(ttftMs)} ms`;
}

const priorityOf = (view: CandidateView): number => view.target.priority;
const ttftOf = (view: CandidateView): number => view.observation.ttftMs ?? UNSEEN_TTFT_MS;
const finite = (value: number, otherwise = 0): number =>
  Number.isFinite(value) ? value : otherwise;

function inOrder(
  views: readonly CandidateView[],
  reason: (view: CandidateView) => string,
): readonly Ranked[] {
  return views.map((view, index) => ({ view, group: index, reason: reason(view) }));
}

function sortBy(
  views: readonly CandidateView[],
  key: (view: CandidateView) => number,
): readonly CandidateView[] {
  return views
    .map((view, index) => ({ view, index, key: key(view) }))
    .sort((a, b) => compare(a.key, b.key) || a.index - b.index)
    .map(({ view }) => view);
}

/** Unlike a subtraction, right for two infinities. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
