import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { OPENAI_LIKE, responsesPath } from '../openai-compatible/quirks.ts';

/** Cache hits stand in `prompt_cache_hit_tokens`; usage comes in the chunk that has the finish reason. */
export const deepseek = openAiCompatible({
  ...OPENAI_LIKE,
  slug: 'deepseek',
  // Only below `/beta` (api-docs.deepseek.com/guides/fim_completion, 2026-11).
  completionsPath: (chatPath) =>
    chatPath.replace(/(?:\/v1|\/beta)?\/chat\/completions/, '/beta/completions'),
  defaultBaseUrl: 'https://api.deepseek.com/v1',
  responsesPath,
});
