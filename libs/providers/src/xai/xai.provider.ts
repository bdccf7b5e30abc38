import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { OPENAI_LIKE, responsesPath } from '../openai-compatible/quirks.ts';

/** `completion_tokens` leaves reasoning out, the bill counts it (docs.x.ai, 2026-11). */
export const xai = openAiCompatible({
  ...OPENAI_LIKE,
  slug: 'xai',
  defaultBaseUrl: 'https://api.x.ai/v1',
  outputCapField: 'max_completion_tokens',
  reasoningIsApart: true,
  responsesPath,
});
