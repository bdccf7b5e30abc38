import type { ProviderConnection } from '../../provider.ts';
import type { GoogleEndpoint } from '../endpoint.ts';
import { vertexClaude } from './claude.ts';
import { publishedModel } from './model-publisher.ts';
import { vertexMistral, vertexOpenModels } from './openai-wire.ts';

/**
 * Vertex: Gemini's wire, and for the models of other publishers the wire of each.
 * @param gemini what serves Google's own models
 * @param betas of Anthropic's, that the operator turned on
 */
export function vertexConnection(
  gemini: ProviderConnection,
  endpoint: GoogleEndpoint,
  credential: string | null,
  betas: readonly string[],
): ProviderConnection {
  const others = {
    anthropic: named(vertexClaude(endpoint, credential, betas)),
    mistralai: named(vertexMistral(endpoint, credential)),
    open: named(vertexOpenModels(endpoint, credential)),
  };
  return {
    ...gemini,
    forModel: (model) => {
      const { publisher } = publishedModel(model);
      return publisher === 'google' ? gemini : others[publisher];
    },
  };
}

/** Models by the names that they have on their own wire. */
function named(connection: ProviderConnection): ProviderConnection {
  const { chat, countTokens } = connection;
  return {
    ...connection,
    encodeRequest: (request, model) => connection.encodeRequest(request, nameOf(model)),
    chat: chat && {
      ...chat,
      encodeRequest: (request) => chat.encodeRequest({ ...request, model: nameOf(request.model) }),
    },
    ...(countTokens && {
      countTokens: {
        ...countTokens,
        encodeRequest: (request) =>
          countTokens.encodeRequest({ ...request, model: nameOf(request.model) }),
      },
    }),
  };
}

function nameOf(model: string): string {
  return publishedModel(model).name;
}
