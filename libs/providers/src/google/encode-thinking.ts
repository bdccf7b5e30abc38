import type { Effort } from '@tollgate/neutral';
import type { EncodeContext, Json } from './encode-context.ts';

/** Google's own table (ai.google.dev/gemini-api/docs/openai, 2026-11). */
const BUDGETS = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
} as const satisfies Record<Effort, number>;

const LEVELS = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
} as const satisfies Record<Effort, string>;

const NAME = 'reasoning_effort';

/** `thinkingConfig`, said as the model's generation wants it. */
export function encodeThinking(context: EncodeContext): Json | undefined {
  const { conversation, losses, traits, isOwn } = context;
  const wish = conversation.reasoning;
  if (!wish) return undefined;
  const wantsText = wish.includeText ?? (wish.summary === undefined ? undefined : true);
  const config: Json = wantsText === undefined ? {} : { includeThoughts: wantsText };
  if (wish.summary === 'concise' || wish.summary === 'detailed') losses.adapt(`${NAME}.summary`);
  const { effort, budgetTokens } = wish;
  if (isOwn) {
    if (effort !== undefined) config.thinkingLevel = LEVELS[effort];
    if (budgetTokens !== undefined) config.thinkingBudget = budgetOf(budgetTokens);
    return config;
  }
  if (traits.thinking === 'never') {
    if (isThinkingAsked(effort, budgetTokens)) losses.drop(NAME);
    return undefined;
  }
  if (traits.thinking === 'level' && effort !== undefined) setLevel(config, effort, context);
  else if (budgetTokens !== undefined) setBudget(config, budgetOf(budgetTokens), context);
  else if (effort !== undefined) {
    if (effort === 'xhigh' || effort === 'max') losses.adapt(NAME);
    setBudget(config, BUDGETS[effort], context);
  }
  return Object.keys(config).length > 0 ? config : undefined;
}

function budgetOf(budget: number | 'dynamic'): number {
  return budget === 'dynamic' ? -1 : budget;
}

function isThinkingAsked(
  effort: Effort | undefined,
  budget: number | 'dynamic' | undefined,
): boolean {
  if (effort !== undefined && effort !== 'none') return true;
  return budget !== undefined && budget !== 0;
}

function setLevel(config: Json, effort: Effort, { losses, traits }: EncodeContext): void {
  if (effort === 'none') return losses.drop(NAME);
  const level = effort === 'minimal' && !traits.takesMinimalLevel ? 'LOW' : LEVELS[effort];
  if (level.toLowerCase() !== effort) losses.adapt(NAME);
  config.thinkingLevel = level;
}

function setBudget(config: Json, budget: number, { losses, traits }: EncodeContext): void {
  if (budget === 0 && traits.cannotStopThinking) losses.drop(NAME);
  else config.thinkingBudget = budget;
}
