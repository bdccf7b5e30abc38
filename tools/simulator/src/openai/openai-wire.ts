import type { Call, Handler, Simulation, Wire } from '../http/call.ts';
import { chatHandler } from './chat-handler.ts';
import { handleEmbeddings } from './embeddings.ts';
import { handleModels } from './models.ts';
import { sendRefusal } from './open-record.ts';
import { invalidRequest, type Refusal } from './refusal.ts';

const chatSuffix = '/chat/completions';
const embeddingsSuffix = '/embeddings';
/** Mistral's models on Vertex speak the same wire. */
const onVertex = /\/publishers\/mistralai\/models\/([^/:]+):(?:rawPredict|streamRawPredict)$/;

/**
 * The OpenAI wire under any prefix: `/v1/…`, `/openai/v1/…` (Groq), `/api/v1/…` (OpenRouter), and Azure's
 * `/openai/deployments/{deployment}/…?api-version=`, where the deployment is the model. Vertex's endpoint for open models ends
 * like OpenAI's.
 */
export function openAiWire(simulation: Simulation): Wire {
  const chat = chatHandler(simulation);
  const onChat: Handler = (call) => {
    const deployment = deploymentOf(call, chatSuffix);
    return deployment === undefined ? missingVersion(call) : chat(call, deployment);
  };
  const onEmbeddings: Handler = (call) => {
    const deployment = deploymentOf(call, embeddingsSuffix);
    if (deployment === undefined) return missingVersion(call);
    return handleEmbeddings(call, simulation, deployment);
  };
  return {
    find(method, path) {
      if (method === 'POST') {
        if (path.endsWith(chatSuffix)) return onChat;
        if (path.endsWith(embeddingsSuffix)) return onEmbeddings;
        const found = onVertex.exec(path);
        return found === null ? undefined : (call) => chat(call, decoded(found[1]), true);
      }
      const models = method === 'GET' ? /\/models(?:\/(.+))?$/.exec(path) : null;
      if (models === null) return undefined;
      return (call) => handleModels(call, decoded(models[1]));
    },
    refuse: (call, refusal) => sendRefusal(call, refusals[refusal](call)),
  };
}

const refusals = {
  not_found: (call) => ({
    ...invalidRequest(`Invalid URL (${call.method} ${call.path})`, null),
    status: 404,
  }),
  too_large: () => ({
    ...invalidRequest('The request body is too large.', null, 'request_too_large'),
    status: 413,
  }),
  internal: () => ({
    status: 500,
    message: 'The simulator failed; see its stderr.',
    type: 'server_error',
    param: null,
    code: null,
  }),
} satisfies Record<Parameters<Wire['refuse']>[1], (call: Call) => Refusal>;

/** The deployment in Azure's path, null on other paths, undefined where Azure would miss its `api-version`. */
function deploymentOf(call: Call, suffix: string): string | null | undefined {
  const mark = '/openai/deployments/';
  const start = call.path.indexOf(mark);
  if (start < 0) return null;
  if ((call.query?.get('api-version') ?? '') === '') return undefined;
  return decoded(call.path.slice(start + mark.length, -suffix.length));
}

function missingVersion(call: Call): void {
  sendRefusal(call, {
    ...invalidRequest('Resource not found (api-version is missing).', null, '404'),
    status: 404,
  });
}

function decoded(text: string | undefined): string | null {
  if (text === undefined) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
