import { ALL_OPERATIONS } from '../openai-operations/operation-quirks.ts';
import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import {
  completionsPath,
  configuredResponsesPath,
  OPENAI_LIKE,
} from '../openai-compatible/quirks.ts';

/** Another gateway that speaks OpenAI's wire. */
export const gateway = openAiCompatible({
  ...OPENAI_LIKE,
  operations: ALL_OPERATIONS,
  slug: 'gateway',
  completionsPath,
  defaultBaseUrl: null,
  credentialRequired: false,
  responsesPath: configuredResponsesPath,
});
