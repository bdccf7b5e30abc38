import { optional } from '@tollgate/dialects';
import { type Effort, EFFORTS, type ReasoningWish } from '@tollgate/neutral';
import type { Json, RequestScope } from './request-scope.ts';

/** How much the model is to think, in the vendor's way to say it. */
export function encodeReasoningWish(wish: ReasoningWish | undefined, scope: RequestScope): Json {
  if (!wish) return {};
  if (scope.ways.effortForm === 'reasoning') return encodeObject(wish);
  const { ways, losses } = scope;
  const { effort, budgetTokens: budget, includeText, summary } = wish;
  const wantsText = includeText === true || summary !== undefined;
  if (wantsText && ways.reasoningBack === 'none') losses.drop('reasoning_effort.summary');
  const isOff = effort === 'none' || (effort === undefined && budget === 0);
  const isOn = budget === 'dynamic';
  const thinking =
    ways.hasThinkingSwitch && (isOff || isOn)
      ? { thinking: { type: isOff ? 'disabled' : 'enabled' } }
      : {};
  if (isOff && ways.hasThinkingSwitch) return thinking;
  const wished = effort ?? effortOf(budget);
  if (wished === undefined) return thinking;
  const given = nearest(wished, ways.efforts);
  if (given !== effort || typeof budget === 'number') losses.adapt('reasoning_effort');
  return { ...thinking, reasoning_effort: given };
}

/** OpenRouter takes an effort or a budget, not both. */
function encodeObject({ effort, budgetTokens: budget, includeText }: ReasoningWish): Json {
  const amount =
    effort !== undefined
      ? { effort }
      : typeof budget === 'number' && budget > 0
        ? { max_tokens: budget }
        : { ...optional('enabled', budget === undefined ? undefined : budget === 'dynamic') };
  const hidden = optional('exclude', includeText === undefined ? undefined : !includeText);
  const reasoning = { ...amount, ...hidden };
  return Object.keys(reasoning).length > 0 ? { reasoning } : {};
}

/** The most tokens that still count as each effort, where only a budget was named. */
const LOW_TOKENS = 4_096;
const MEDIUM_TOKENS = 16_384;

function effortOf(budget: number | 'dynamic' | undefined): Effort | undefined {
  if (budget === undefined || budget === 'dynamic') return undefined;
  if (budget <= 0) return 'none';
  if (budget <= LOW_TOKENS) return 'low';
  return budget <= MEDIUM_TOKENS ? 'medium' : 'high';
}

/** The effort itself, or the known one that is nearest; of two equally near the greater. `none` is only itself's. */
function nearest(effort: Effort, known: readonly Effort[]): Effort {
  if (known.includes(effort)) return effort;
  const rank = EFFORTS.indexOf(effort);
  const distance = (other: Effort): number => Math.abs(EFFORTS.indexOf(other) - rank);
  const candidates = known.filter((other) => other !== 'none');
  return candidates.reduceRight(
    (best, other) => (distance(other) < distance(best) ? other : best),
    candidates.at(-1) ?? effort,
  );
}
