import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { OPENAI_LIKE, responsesPath } from '../openai-compatible/quirks.ts';

/**
 * Puts usage of streams into `x_groq.usage` as well, and sends `event: error` inside a 200: both are read for the whole
 * family. `max_tokens` is deprecated there (console.groq.com/docs/api-reference, 2026-11).
 */
export const groq = openAiCompatible({
  ...OPENAI_LIKE,
  operations: { served: ['speech', 'transcription', 'translation'] },
  slug: 'groq',
  defaultBaseUrl: 'https://api.groq.com/openai/v1',
  outputCapField: 'max_completion_tokens',
  responsesPath,
});
