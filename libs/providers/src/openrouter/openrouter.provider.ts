import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { completionsPath, OPENAI_LIKE, responsesPath } from '../openai-compatible/quirks.ts';

/** Sends comment lines while it waits, and says in `usage.cost` what it charges. */
export const openrouter = openAiCompatible({
  ...OPENAI_LIKE,
  operations: { served: ['embeddings', 'speech', 'transcription'] },
  slug: 'openrouter',
  completionsPath,
  defaultBaseUrl: 'https://openrouter.ai/api/v1',
  // `/models` answers without a key too (openrouter.ai/docs/api/api-reference/models, 2026-11).
  modelsPath: (basePath) => `${basePath}/models/user`,
  reportsCost: true,
  responsesPath,
});
