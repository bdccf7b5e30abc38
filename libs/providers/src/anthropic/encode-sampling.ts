import type { Conversation, Losses } from '@tollgate/neutral';
import type { Json } from './encode-media.ts';
import type { ModelRules } from './models.ts';

const HOTTEST = 1;

/**
 * `temperature`, `top_p` and `top_k`. Other dialects' clients send them where Anthropic's models refuse them: the newest
 * take none, a model that thinks takes none but its default, and none is hotter than 1. What has no effect is left out
 * by rule, the rest is dropped by name.
 */
export function encodeSampling(
  { temperature, topP, topK, origin }: Conversation,
  rules: ModelRules,
  isThinking: boolean,
  losses: Losses,
): Json {
  if (origin === 'anthropic') {
    return {
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { top_p: topP }),
      ...(topK === undefined ? {} : { top_k: topK }),
    };
  }
  const isFixed = isThinking || !rules.takesSampling;
  const takesTemperature = temperature !== undefined && !isFixed && temperature <= HOTTEST;
  if (temperature !== undefined && !takesTemperature)
    leaveOut('temperature', temperature === HOTTEST, losses);
  // Both at once are refused by models since Claude Opus 4.1.
  const takesTopP = topP !== undefined && !isFixed && !takesTemperature;
  if (topP !== undefined && !takesTopP) leaveOut('top_p', topP === 1, losses);
  const takesTopK = topK !== undefined && !isFixed;
  if (topK !== undefined && !takesTopK) losses.drop('top_k');
  return {
    ...(takesTemperature ? { temperature } : {}),
    ...(takesTopP ? { top_p: topP } : {}),
    ...(takesTopK ? { top_k: topK } : {}),
  };
}

function leaveOut(name: string, isDefault: boolean, losses: Losses): void {
  if (isDefault) losses.adapt(name);
  else losses.drop(name);
}
