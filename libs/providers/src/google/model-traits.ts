/** How a model is told to think. */
export type Thinking =
  /** `thinkingLevel`: Gemini 3 and later. */
  | 'level'
  /** `thinkingBudget`: Gemini 2.5; the later ones still take it. */
  | 'budget'
  | 'never';

/** What the name of a model says of it (ai.google.dev/gemini-api/docs/thinking, 2026-11). */
export interface ModelTraits {
  readonly thinking: Thinking;
  /** It thinks whatever it is told. */
  readonly cannotStopThinking: boolean;
  readonly takesMinimalLevel: boolean;
  /** A function's result may hold images and documents. */
  readonly takesMediaInResults: boolean;
  /** It refuses function calls in the current turn that lack a thought signature. */
  readonly insistsOnSignatures: boolean;
}

export function traitsOf(model: string): ModelTraits {
  const found = /gemini-(\d+(?:\.\d+)?)/.exec(model);
  const generation = found ? Number(found[1]) : null;
  const isPro = /-pro\b/.test(model);
  if (generation === null) return /gemma/.test(model) ? UNTHINKING : UNKNOWN;
  if (generation < 2.5) return UNTHINKING;
  if (generation < 3) return { ...UNKNOWN, cannotStopThinking: isPro };
  return {
    thinking: 'level',
    cannotStopThinking: true,
    takesMinimalLevel: !isPro,
    takesMediaInResults: true,
    insistsOnSignatures: true,
  };
}

/** Names without a generation, such as a tuned model's. */
const UNKNOWN: ModelTraits = {
  thinking: 'budget',
  cannotStopThinking: false,
  takesMinimalLevel: false,
  takesMediaInResults: false,
  insistsOnSignatures: false,
};

const UNTHINKING: ModelTraits = { ...UNKNOWN, thinking: 'never' };
