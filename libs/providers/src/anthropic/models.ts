/**
 * What Anthropic's models take, told by the generation that stands in their names, so that a model of tomorrow is served
 * by the rules of the latest. Sources (2026-11): platform.claude.com/docs/en/about-claude/models/overview,
 * …/build-with-claude/adaptive-thinking, …/build-with-claude/effort.
 */
export interface ModelRules {
  /** The most tokens of one answer. */
  readonly maxOutputTokens: number;
  /** `budget`: so many tokens; `adaptive`: as the model sees fit, steered by an effort. */
  readonly thinking: 'none' | 'budget' | 'either' | 'adaptive';
  /** Temperature, top_p and top_k are taken. */
  readonly takesSampling: boolean;
  /** The highest efforts are known. */
  readonly takesXhigh: boolean;
}

const LATEST: ModelRules = {
  maxOutputTokens: 64_000,
  thinking: 'adaptive',
  takesSampling: false,
  takesXhigh: true,
};

/** From a generation on (major × 100 + minor), the newest first. */
const GENERATIONS: readonly (readonly [number, ModelRules])[] = [
  [407, LATEST],
  [406, { ...LATEST, thinking: 'either', takesSampling: true, takesXhigh: false }],
  [402, { ...LATEST, thinking: 'budget', takesSampling: true, takesXhigh: false }],
  [400, { maxOutputTokens: 32_000, thinking: 'budget', takesSampling: true, takesXhigh: false }],
  [307, { maxOutputTokens: 64_000, thinking: 'budget', takesSampling: true, takesXhigh: false }],
  [305, { maxOutputTokens: 8_192, thinking: 'none', takesSampling: true, takesXhigh: false }],
  [0, { maxOutputTokens: 4_096, thinking: 'none', takesSampling: true, takesXhigh: false }],
];

/** A model of another vendor behind Anthropic's wire. */
const STRANGER: ModelRules = {
  maxOutputTokens: 8_192,
  thinking: 'budget',
  takesSampling: true,
  takesXhigh: false,
};

/** @param model as the connection names it: `claude-sonnet-4-5-20250929`, `claude-3-opus-20240229`, … */
export function rulesOf(model: string): ModelRules {
  const generation = generationOf(model);
  if (generation === null) return /claude/i.test(model) ? LATEST : STRANGER;
  return GENERATIONS.find(([from]) => generation >= from)?.[1] ?? LATEST;
}

const NAME = /claude-(?:[a-z]+-)*(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/i;

/** E.g. 405 for Claude Haiku 4.5. */
function generationOf(model: string): number | null {
  const found = NAME.exec(model);
  return found ? Number(found[1]) * 100 + Number(found[2] ?? 0) : null;
}
