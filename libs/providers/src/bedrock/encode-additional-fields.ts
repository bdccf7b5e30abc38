import type { Conversation, Effort, Losses, ReasoningWish } from '@tollgate/neutral';
import { type ModelFamily, thinksAdaptively } from './model-family.ts';
import type { JsonObject } from './wire.ts';

export interface ModelTraits {
  readonly model: string;
  readonly family: ModelFamily;
  /** Tokens; undefined where nobody set a limit. */
  readonly maxTokens: number | undefined;
}

/** What Converse has no field for and the model's own vendor has: top_k and how much to think. */
export function encodeAdditionalFields(
  conversation: Conversation,
  traits: ModelTraits,
  losses: Losses,
): JsonObject | undefined {
  const fields = {
    ...encodeTopK(conversation.topK, traits.family, losses),
    ...(conversation.reasoning ? encodeReasoning(conversation.reasoning, traits, losses) : {}),
  };
  return Object.keys(fields).length === 0 ? undefined : fields;
}

function encodeTopK(topK: number | undefined, family: ModelFamily, losses: Losses): JsonObject {
  if (topK === undefined) return {};
  if (family === 'anthropic' || family === 'mistral') return { top_k: topK };
  if (family === 'cohere') return { k: topK };
  if (family === 'nova') return { inferenceConfig: { topK } };
  losses.drop('top_k');
  return {};
}

function encodeReasoning(wish: ReasoningWish, traits: ModelTraits, losses: Losses): JsonObject {
  if (wish.effort === undefined && wish.budgetTokens === undefined) return {};
  switch (traits.family) {
    case 'anthropic':
      return claudeThinking(wish, traits, losses);
    case 'nova':
      return novaReasoning(wish, losses);
    case 'openai':
      return gptOssEffort(wish, losses);
    default:
      losses.drop('reasoning_effort');
      return {};
  }
}

/** docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html, 2026-10. */
function claudeThinking(wish: ReasoningWish, traits: ModelTraits, losses: Losses): JsonObject {
  const { effort, budgetTokens } = wish;
  if (budgetTokens === 0 || (budgetTokens === undefined && effort === 'none'))
    return { thinking: { type: 'disabled' } };
  if (typeof budgetTokens === 'number')
    return { thinking: { type: 'enabled', budget_tokens: budgetTokens } };
  if (thinksAdaptively(traits.model)) {
    const display = wish.includeText ? { display: 'summarized' } : {};
    const level = effort === undefined || effort === 'none' ? undefined : CLAUDE_EFFORTS[effort];
    if (level !== effort) losses.adapt('reasoning_effort');
    return {
      thinking: { type: 'adaptive', ...display },
      ...(level === undefined ? {} : { output_config: { effort: level } }),
    };
  }
  const wanted = CLAUDE_BUDGETS[effort === undefined || effort === 'none' ? 'medium' : effort];
  const room = (traits.maxTokens ?? Number.POSITIVE_INFINITY) - 1;
  if (room < LEAST_BUDGET) {
    losses.drop('reasoning_effort');
    return {};
  }
  losses.adapt('reasoning_effort');
  return { thinking: { type: 'enabled', budget_tokens: Math.min(wanted, room) } };
}

/** docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html, 2026-10. */
function novaReasoning({ effort, budgetTokens }: ReasoningWish, losses: Losses): JsonObject {
  if (budgetTokens === 0 || (budgetTokens === undefined && effort === 'none'))
    return { reasoningConfig: { type: 'disabled' } };
  if (typeof budgetTokens === 'number') losses.adapt('reasoning_effort');
  const level = THREE_LEVELS[effort === undefined || effort === 'none' ? 'medium' : effort];
  if (level !== effort) losses.adapt('reasoning_effort');
  return { reasoningConfig: { type: 'enabled', maxReasoningEffort: level } };
}

function gptOssEffort({ effort }: ReasoningWish, losses: Losses): JsonObject {
  if (effort === undefined || effort === 'none') {
    losses.drop('reasoning_effort');
    return {};
  }
  const level = THREE_LEVELS[effort];
  if (level !== effort) losses.adapt('reasoning_effort');
  return { reasoning_effort: level };
}

type RealEffort = Exclude<Effort, 'none'>;

const LEAST_BUDGET = 1_024;

const CLAUDE_BUDGETS: Readonly<Record<RealEffort, number>> = {
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
};

const CLAUDE_EFFORTS: Readonly<Record<RealEffort, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'max',
  max: 'max',
};

const THREE_LEVELS: Readonly<Record<RealEffort, 'low' | 'medium' | 'high'>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
};
