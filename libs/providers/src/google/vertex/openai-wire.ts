import { decodeFailure } from '../../openai-compatible/decode-failure.ts';
import { openAiConnection } from '../../openai-compatible/openai-compatible.provider.ts';
import { OPENAI_LIKE, type Quirks } from '../../openai-compatible/quirks.ts';
import type { ProviderConnection } from '../../provider.ts';
import type { GoogleEndpoint } from '../endpoint.ts';
import { vertexFailure } from './failure.ts';

/**
 * Open models that Vertex runs (Llama, DeepSeek, Qwen, gpt-oss), on OpenAI's wire: one endpoint for all, the body names the
 * model (docs.cloud.google.com/vertex-ai/generative-ai/docs/maas/call-open-model-apis, 2026-11).
 */
export function vertexOpenModels(
  endpoint: GoogleEndpoint,
  credential: string | null,
): ProviderConnection {
  const path = endpoint.placePath('endpoints/openapi/chat/completions');
  return connectionOf(endpoint, credential, {
    ...OPENAI_LIKE,
    slug: 'google',
    defaultBaseUrl: null,
    chatPath: () => () => path,
  });
}

/**
 * Mistral's models on Vertex, on Mistral's wire: the path names the model and whether to stream
 * (docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/mistral, 2026-11).
 */
export function vertexMistral(
  endpoint: GoogleEndpoint,
  credential: string | null,
): ProviderConnection {
  return connectionOf(endpoint, credential, {
    ...OPENAI_LIKE,
    slug: 'mistral',
    defaultBaseUrl: null,
    takesStreamOptions: false,
    chatPath: () => (model, stream) =>
      endpoint.pathOf(
        `publishers/mistralai/models/${model}`,
        stream ? 'streamRawPredict' : 'rawPredict',
      ),
  });
}

function connectionOf(
  { origin, headers, signing }: GoogleEndpoint,
  credential: string | null,
  quirks: Quirks,
): ProviderConnection {
  const own = openAiConnection({ quirks, origin, basePath: '', config: {}, credential, headers });
  return {
    ...own,
    signing,
    decodeFailure: vertexFailure(credential, decodeFailure),
    modelList: null,
  };
}
