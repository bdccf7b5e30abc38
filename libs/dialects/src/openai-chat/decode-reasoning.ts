import { type Effort, EFFORTS, type ReasoningWish } from '@tollgate/neutral';
import { isObject } from '../chat/fields.ts';
import type { FieldReader } from '../json/field-reader.ts';
import { optional } from '../json/optional.ts';

const EFFORT_NAMES: ReadonlySet<unknown> = new Set(EFFORTS);

/**
 * How much the model is to think, in the family's ways to say it: `reasoning_effort` (OpenAI), `reasoning` (OpenRouter),
 * `thinking` (DeepSeek, LiteLLM). What is not understood stays for `others`.
 */
export function decodeReasoningWish(body: FieldReader): ReasoningWish | undefined {
  const { reasoning_effort: plain, reasoning, thinking } = body.fields;
  const wishes: ReasoningWish[] = [];
  if (isEffort(plain)) {
    body.skip('reasoning_effort');
    wishes.push({ effort: plain });
  }
  if (isObject(reasoning)) {
    body.skip('reasoning');
    const { effort, max_tokens: budget, enabled, exclude } = reasoning;
    wishes.push({
      ...optional('effort', isEffort(effort) ? effort : undefined),
      ...optional('budgetTokens', budgetOf(budget, enabled)),
      ...optional('includeText', typeof exclude === 'boolean' ? !exclude : undefined),
    });
  }
  if (isObject(thinking)) {
    body.skip('thinking');
    const { type, budget_tokens: budget } = thinking;
    wishes.push({ ...optional('budgetTokens', budgetOf(budget, type !== 'disabled')) });
  }
  const wish: ReasoningWish = Object.assign({}, ...wishes.toReversed());
  return Object.keys(wish).length === 0 ? undefined : wish;
}

function budgetOf(budget: unknown, enabled: unknown): number | 'dynamic' | undefined {
  if (enabled === false) return 0;
  if (typeof budget === 'number') return budget;
  return enabled === true ? 'dynamic' : undefined;
}

function isEffort(value: unknown): value is Effort {
  return EFFORT_NAMES.has(value);
}
