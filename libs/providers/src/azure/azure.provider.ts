import { succeed } from '@tollgate/contracts';
import { entraSigning } from './entra.ts';
import { openAiCompatible } from '../openai-compatible/openai-compatible.provider.ts';
import { completionsPath, OPENAI_LIKE, type Quirks } from '../openai-compatible/quirks.ts';
import type { Provider } from '../provider.ts';
import { foundryClaude, isClaude } from './claude.ts';

/**
 * With `config.apiVersion`: deployment paths, where the model is the deployment's name (or `/models`, on endpoints of
 * AI Foundry that end so). Without: the v1 paths, which need no version (learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle, 2026-11).
 */
const chatPath: Quirks['chatPath'] = (basePath, config) => {
  const query = versionQuery(config);
  if (query === null) {
    const path = `${v1Root(basePath)}/chat/completions`;
    return () => path;
  }
  if (isFoundry(basePath)) return () => `${basePath}/chat/completions${query}`;
  const root = openAiRoot(basePath);
  return (model) => `${root}/deployments/${encodeURIComponent(model)}/chat/completions${query}`;
};

/** Endpoints of AI Foundry that end in `/models` have chat alone. */
const azureCompletionsPath: Quirks['completionsPath'] = (chatPath) =>
  chatPath.includes('/models/chat/') ? null : completionsPath(chatPath);

/** Models of the resource, not its deployments (learn.microsoft.com/rest/api/azureopenai/models/list, 2026-11). */
const modelsPath: Quirks['modelsPath'] = (basePath, config) => {
  const query = versionQuery(config);
  if (query === null) return `${v1Root(basePath)}/models`;
  return isFoundry(basePath) ? null : `${openAiRoot(basePath)}/models${query}`;
};

/** AI Foundry's endpoints that end in `/models` have none (learn.microsoft.com/azure/ai-foundry/openai/how-to/responses, 2026-11). */
const responsesPath: Quirks['responsesPath'] = (basePath, config) => {
  const query = versionQuery(config);
  if (query === null) return `${v1Root(basePath)}/responses`;
  return isFoundry(basePath) ? null : `${openAiRoot(basePath)}/responses${query}`;
};

/** Null without a version. */
function versionQuery({ apiVersion }: Readonly<Record<string, unknown>>): string | null {
  if (typeof apiVersion !== 'string' || apiVersion === '') return null;
  return `?api-version=${encodeURIComponent(apiVersion)}`;
}

const isFoundry = (basePath: string): boolean => basePath.endsWith('/models');

const v1Root = (basePath: string): string =>
  basePath.endsWith('/openai/v1') ? basePath : `${basePath}/openai/v1`;

const openAiRoot = (basePath: string): string =>
  basePath.endsWith('/openai') ? basePath : `${basePath}/openai`;

const openAi = openAiCompatible({
  ...OPENAI_LIKE,
  operations: {
    served: ['embeddings', 'images', 'image_edits', 'speech', 'transcription', 'translation'],
  },
  signingOf: entraSigning,
  slug: 'azure',
  defaultBaseUrl: null,
  authorization: 'api-key',
  outputCapField: 'max_completion_tokens',
  chatPath,
  completionsPath: azureCompletionsPath,
  modelsPath,
  responsesPath,
});

/** Azure: OpenAI's wire, and for Claude's deployments Anthropic's. */
export const azure: Provider = {
  ...openAi,
  connect: (parts) => {
    const connected = openAi.connect(parts);
    if (!connected.ok) return connected;
    const own = connected.value;
    const claude = foundryClaude(own, parts);
    return succeed({ ...own, forModel: (model) => (isClaude(model) ? claude : own) });
  },
};
