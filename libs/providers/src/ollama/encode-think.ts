import type { Effort, Losses, ReasoningWish } from '@tollgate/neutral';

/** `think`: a level for gpt-oss, which knows three; yes or no for all others (docs.ollama.com/capabilities/thinking). */
export function encodeThink(
  wish: ReasoningWish | undefined,
  model: string,
  losses: Losses,
): boolean | string | undefined {
  if (wish === undefined) return undefined;
  const { effort, budgetTokens } = wish;
  if (budgetTokens === 0) return false;
  if (effort === undefined && budgetTokens === undefined) return undefined;
  if (effort === 'none' && budgetTokens === undefined) return false;
  if (typeof budgetTokens === 'number') losses.adapt('reasoning_effort');
  const known = effort === undefined || effort === 'none' ? undefined : LEVELS[effort];
  if (known === undefined) return true;
  if (!/gpt-oss/i.test(model)) {
    losses.adapt('reasoning_effort');
    return true;
  }
  if (known !== effort) losses.adapt('reasoning_effort');
  return known;
}

const LEVELS: Readonly<Record<Exclude<Effort, 'none'>, string>> = {
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
};
