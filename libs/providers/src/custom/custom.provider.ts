import { ALL_OPERATIONS } from '../openai-operations/operation-quirks.ts';
import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import {
  completionsPath,
  configuredResponsesPath,
  OPENAI_LIKE,
} from '../openai-compatible/quirks.ts';

/** Any server that speaks OpenAI's wire, such as vLLM or llama.cpp. */
export const custom = openAiCompatible({
  ...OPENAI_LIKE,
  operations: ALL_OPERATIONS,
  slug: 'custom',
  completionsPath,
  defaultBaseUrl: null,
  credentialRequired: false,
  responsesPath: configuredResponsesPath,
});
