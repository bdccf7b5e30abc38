import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { ALL_OPERATIONS } from '../openai-operations/operation-quirks.ts';
import { completionsPath, OPENAI_LIKE, responsesPath } from '../openai-compatible/quirks.ts';

/** Its newer models refuse `max_tokens` (platform.openai.com/docs/api-reference/chat/create, 2026-11). */
export const openai = openAiCompatible({
  ...OPENAI_LIKE,
  countsTokens: true,
  operations: ALL_OPERATIONS,
  slug: 'openai',
  completionsPath,
  defaultBaseUrl: 'https://api.openai.com/v1',
  outputCapField: 'max_completion_tokens',
  responsesPath,
});
