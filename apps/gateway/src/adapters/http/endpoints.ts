import type { IncomingHttpHeaders } from 'node:http';
import {
  anthropicCountTokens,
  anthropicMessages,
  type Dialect,
  geminiEmbed,
  geminiGenerate,
  openaiChat,
  openaiCompletions,
  openaiEmbeddings,
  openaiImageEdits,
  openaiImages,
  openaiModeration,
  openaiResponses,
  openaiSpeech,
  openaiTranscription,
  openaiTranslation,
  tollgateChat,
  tollgateComplete,
  tollgateImage,
  tollgateVision,
} from '@tollgate/dialects';

/** An endpoint that takes a task, in one dialect. */
export interface Endpoint {
  /** As OpenAPI and metrics name it. */
  readonly path: string;
  readonly dialect: Dialect;
  readonly summary: string;
}

/** Endpoints whose path is all that the URL says: served, and published, from this one table. */
export const ENDPOINTS: readonly Endpoint[] = [
  endpoint('/v1/chat', tollgateChat, 'Chat; the key’s route chooses the model'),
  endpoint(
    '/v1/complete',
    tollgateComplete,
    'Complete a prompt; the key’s route chooses the model',
  ),
  endpoint('/v1/vision', tollgateVision, 'Look at images; the key’s route chooses the model'),
  endpoint('/v1/image', tollgateImage, 'Make images; the key’s route chooses the model'),
  endpoint('/v1/chat/completions', openaiChat, 'OpenAI’s chat completions'),
  endpoint('/v1/completions', openaiCompletions, 'OpenAI’s old completions'),
  endpoint('/v1/responses', openaiResponses, 'OpenAI’s responses'),
  endpoint('/v1/embeddings', openaiEmbeddings, 'OpenAI’s embeddings'),
  endpoint('/v1/images/generations', openaiImages, 'OpenAI’s images'),
  endpoint('/v1/images/edits', openaiImageEdits, 'OpenAI’s edits of images'),
  endpoint('/v1/audio/speech', openaiSpeech, 'OpenAI’s speech: the answer is a sound'),
  endpoint('/v1/audio/transcriptions', openaiTranscription, 'OpenAI’s transcriptions of a sound'),
  endpoint(
    '/v1/audio/translations',
    openaiTranslation,
    'OpenAI’s translations of a sound into English',
  ),
  endpoint('/v1/moderations', openaiModeration, 'OpenAI’s moderations'),
  endpoint('/v1/messages', anthropicMessages, 'Anthropic’s messages'),
  endpoint(
    '/v1/messages/count_tokens',
    anthropicCountTokens,
    'The tokens that a request to /v1/messages would have',
  ),
];

/** A method that Google's clients call on a model: `{prefix}{model}:{method}`. */
export interface ModelMethod extends Endpoint {
  readonly method: string;
  readonly isStream: boolean;
}

/** Google's paths; its SDKs can be told to speak v1 as well as v1beta. */
export const GOOGLE_PREFIXES = ['/v1beta/models/', '/v1/models/'] as const;

export const MODEL_METHODS: readonly ModelMethod[] = [
  modelMethod('generateContent', geminiGenerate, 'Gemini’s generation'),
  modelMethod('streamGenerateContent', geminiGenerate, 'Gemini’s generation as a stream'),
  modelMethod('embedContent', geminiEmbed, 'Gemini’s embedding of one content'),
  modelMethod('batchEmbedContents', geminiEmbed, 'Gemini’s embeddings of several contents'),
];

export const MODELS_PATH = '/v1/models';
export const GOOGLE_MODELS_PATH = '/v1beta/models';
/** Below it stand the responses that are kept. */
export const RESPONSES_PATH = '/v1/responses';

const BY_PATH: ReadonlyMap<string, Endpoint> = new Map(ENDPOINTS.map((one) => [one.path, one]));

/** The method that a path takes when it is one of the gateway's; null for any other path. */
export function allowedMethods(path: string): 'POST' | 'GET' | 'GET, DELETE' | null {
  if (BY_PATH.has(path)) return 'POST';
  if (KEPT_RESPONSE.test(path)) return 'GET, DELETE';
  if (GOOGLE_PREFIXES.some((prefix) => path.startsWith(prefix))) {
    const called = METHOD.exec(path)?.[1];
    if (called !== undefined)
      return MODEL_METHODS.some(({ method }) => method === called) ? 'POST' : null;
  }
  return [MODELS_PATH, GOOGLE_MODELS_PATH].some((list) => isListOrModel(path, list)) ? 'GET' : null;
}

/** The dialect in which a failure is told: of the endpoint, else of the client that asks at such a path. */
export function dialectFor(path: string, headers: IncomingHttpHeaders): Dialect {
  const known = BY_PATH.get(path)?.dialect;
  if (known) return known;
  const family = FAMILIES.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
  if (family) return family.dialect;
  if (path.startsWith(GOOGLE_PREFIXES[1]) && METHOD.test(path)) return geminiGenerate;
  if (headers['x-goog-api-key'] !== undefined) return geminiGenerate;
  return headers['anthropic-version'] === undefined ? openaiChat : anthropicMessages;
}

/** By the first part of a path; OpenAI's stands before the one that it begins like. */
const FAMILIES: readonly { readonly prefix: string; readonly dialect: Dialect }[] = [
  { prefix: '/v1beta', dialect: geminiGenerate },
  { prefix: '/v1/messages', dialect: anthropicMessages },
  { prefix: '/v1/chat/completions', dialect: openaiChat },
  { prefix: RESPONSES_PATH, dialect: openaiResponses },
  ...['/v1/chat', '/v1/complete', '/v1/vision', '/v1/image'].map((prefix) => ({
    prefix,
    dialect: tollgateChat,
  })),
];

const KEPT_RESPONSE = new RegExp(`^${RESPONSES_PATH}/[^/]+$`);

/** What Google's clients call on a model. */
const METHOD = /:([a-zA-Z]+)$/;

function endpoint(path: string, dialect: Dialect, summary: string): Endpoint {
  return { path, dialect, summary };
}

function modelMethod(method: string, dialect: Dialect, summary: string): ModelMethod {
  const path = `${GOOGLE_PREFIXES[0]}{model}:${method}`;
  return { path, method, dialect, summary, isStream: method.startsWith('stream') };
}

function isListOrModel(path: string, list: string): boolean {
  return path === list || path.startsWith(`${list}/`);
}
