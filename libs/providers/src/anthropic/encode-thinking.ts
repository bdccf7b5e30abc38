import type { Conversation, Effort, Losses, ReasoningWish } from '@tollgate/neutral';
import type { Json } from './encode-media.ts';
import type { ModelRules } from './models.ts';

export interface EncodedThinking {
  readonly thinking?: Json;
  /** Stands in `output_config`. */
  readonly effort?: string;
}

const NAME = 'reasoning_effort';
/** Anthropic takes no smaller budget. */
const LEAST_BUDGET = 1_024;
/** The part of the answer's cap that is a budget for an effort, where the model knows no efforts. */
const SHARE_OF_CAP: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
};
const LARGEST_BUDGET = 32_000;

/** How much is to be thought. Anthropic's own clients' wish goes as it came; others' by the rules of the model. */
export function encodeThinking(
  { reasoning, origin, toolChoice }: Conversation,
  rules: ModelRules,
  maxTokens: number,
  losses: Losses,
): EncodedThinking {
  if (!reasoning) return {};
  if (origin === 'anthropic') return encodeOwn(reasoning);
  const { effort, budgetTokens } = reasoning;
  if (effort === 'none' || budgetTokens === 0)
    return rules.thinking === 'none' ? {} : { thinking: { type: 'disabled' } };
  if (effort === undefined && budgetTokens === undefined) return {};
  // A model that thinks may not be forced to call a tool (400).
  const isForced = toolChoice?.type === 'required' || toolChoice?.type === 'tool';
  if (rules.thinking === 'none' || isForced) {
    losses.drop(NAME);
    return {};
  }
  const isBudget = rules.thinking === 'budget' || (rules.thinking === 'either' && !effort);
  if (isBudget && !(rules.thinking === 'either' && budgetTokens === 'dynamic'))
    return encodeBudget(reasoning, maxTokens, losses);
  if (typeof budgetTokens === 'number') losses.adapt(NAME);
  return {
    thinking: { type: 'adaptive', ...displayOf(reasoning) },
    ...(effort === undefined ? {} : { effort: encodeEffort(effort, rules, losses) }),
  };
}

function encodeOwn(reasoning: ReasoningWish): EncodedThinking {
  const { effort, budgetTokens } = reasoning;
  const steered = effort === undefined ? {} : { effort };
  if (budgetTokens === undefined) return steered;
  if (budgetTokens === 0) return { ...steered, thinking: { type: 'disabled' } };
  const kind =
    budgetTokens === 'dynamic'
      ? { type: 'adaptive' }
      : { type: 'enabled', budget_tokens: budgetTokens };
  return { ...steered, thinking: { ...kind, ...displayOf(reasoning) } };
}

function encodeBudget(
  reasoning: ReasoningWish,
  maxTokens: number,
  losses: Losses,
): EncodedThinking {
  if (maxTokens <= LEAST_BUDGET) {
    losses.drop(NAME);
    return {};
  }
  const { budgetTokens, effort = 'medium' } = reasoning;
  const share = effort === 'none' ? 0 : SHARE_OF_CAP[effort];
  const wished =
    typeof budgetTokens === 'number'
      ? budgetTokens
      : Math.min(Math.floor(maxTokens * share), LARGEST_BUDGET);
  const budget = Math.min(Math.max(wished, LEAST_BUDGET), maxTokens - 1);
  if (budget !== budgetTokens) losses.adapt(NAME);
  return { thinking: { type: 'enabled', budget_tokens: budget, ...displayOf(reasoning) } };
}

function encodeEffort(effort: Effort, { takesXhigh }: ModelRules, losses: Losses): string {
  const known = effort === 'minimal' ? 'low' : effort === 'xhigh' && !takesXhigh ? 'high' : effort;
  if (known !== effort) losses.adapt(NAME);
  return known;
}

function displayOf({ includeText, summary }: ReasoningWish): Json {
  if (includeText === false) return { display: 'omitted' };
  return includeText || summary ? { display: 'summarized' } : {};
}
