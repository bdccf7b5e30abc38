import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { OPENAI_LIKE, responsesPath } from '../openai-compatible/quirks.ts';

/** Cache hits stand in `prompt_cache_hit_tokens`; usage comes in the chunk that has the finish reason. */
export const deepseek = openAiCompatible({
  ...OPENAI_LIKE,
  slug: 'deepseek',
  defaultBaseUrl: 'https://api.deepseek.com/v1',
  responsesPath,
});
