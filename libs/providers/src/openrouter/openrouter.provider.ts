import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { completionsPath, OPENAI_LIKE, responsesPath } from '../openai-compatible/quirks.ts';

/**
 * Sends comment lines while it waits, and says in `usage.cost` what it charges. `max_tokens` is deprecated there, and some of
 * its vendors want 16 of them at least (openrouter.ai/docs/api/api-reference/chat/send-chat-completion-request, 2026-11).
 */
export const openrouter = openAiCompatible({
  ...OPENAI_LIKE,
  operations: { served: ['embeddings', 'speech', 'transcription'] },
  slug: 'openrouter',
  completionsPath,
  defaultBaseUrl: 'https://openrouter.ai/api/v1',
  outputCapField: 'max_completion_tokens',
  // `/models` answers without a key too (openrouter.ai/docs/api/api-reference/models, 2026-11).
  modelsPath: (basePath) => `${basePath}/models/user`,
  reportsCost: true,
  responsesPath,
});
