import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { configuredResponsesPath, OPENAI_LIKE } from '../openai-compatible/quirks.ts';

/** Another gateway that speaks OpenAI's wire. */
export const gateway = openAiCompatible({
  ...OPENAI_LIKE,
  slug: 'gateway',
  defaultBaseUrl: null,
  credentialRequired: false,
  responsesPath: configuredResponsesPath,
});
