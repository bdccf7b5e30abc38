import type {
  EmbeddingInput,
  EmbeddingPurpose,
  EmbeddingRequest,
  Losses,
  MediaSource,
} from '@tollgate/neutral';
import { plainText } from '../../operations/plain-text.ts';

type Json = Readonly<Record<string, unknown>>;

const TASK_TYPES = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  similarity: 'SEMANTIC_SIMILARITY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
  question_answering: 'QUESTION_ANSWERING',
  fact_verification: 'FACT_VERIFICATION',
  code_query: 'CODE_RETRIEVAL_QUERY',
} as const satisfies Record<EmbeddingPurpose, string>;

/** Names what Google's embeddings know nothing of. */
export function noteLosses({ endUser, others }: EmbeddingRequest, losses: Losses): void {
  if (endUser !== undefined) losses.drop('user');
  for (const name of Object.keys(others)) losses.drop(name);
}

/** Of `batchEmbedContents`: the API's own SDK asks for one vector so as well. */
export function encodeBatch(request: EmbeddingRequest, model: string, losses: Losses): Json {
  const shared = settingsOf(request);
  const name = /^(models|tunedModels)\//.test(model) ? model : `models/${model}`;
  return {
    requests: request.inputs.map((input) => ({
      model: name,
      content: encodeContent(input, losses),
      ...shared,
    })),
  };
}

/** Vertex's `embedContent`, for models that take one content at a time. */
export function encodeSingle(request: EmbeddingRequest, losses: Losses): Json {
  const [input] = request.inputs;
  if (!input || request.inputs.length > 1) losses.refuse('input');
  const settings = settingsOf(request);
  return {
    content: input ? encodeContent(input, losses) : {},
    ...(Object.keys(settings).length > 0 ? { embedContentConfig: settings } : {}),
  };
}

/** Vertex's `predict`, for models of text alone. */
export function encodePrediction(request: EmbeddingRequest, losses: Losses): Json {
  const { purpose, title, dimensions } = request;
  return {
    instances: request.inputs.map((input) => ({
      content: plainText(input, losses),
      ...(purpose === undefined ? {} : { task_type: TASK_TYPES[purpose] }),
      ...(title === undefined ? {} : { title }),
    })),
    ...(dimensions === undefined ? {} : { parameters: { outputDimensionality: dimensions } }),
  };
}

function settingsOf({ purpose, title, dimensions }: EmbeddingRequest): Json {
  return {
    ...(purpose === undefined ? {} : { taskType: TASK_TYPES[purpose] }),
    ...(title === undefined ? {} : { title }),
    ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
  };
}

function encodeContent(input: EmbeddingInput, losses: Losses): Json {
  switch (input.kind) {
    case 'text':
      return { parts: [{ text: input.text }] };
    case 'tokens':
      losses.refuse('input');
      return { parts: [] };
    case 'parts':
      return {
        parts: input.parts.map((part) =>
          part.type === 'text' ? { text: part.text } : encodeMedia(part.source, losses),
        ),
      };
  }
}

function encodeMedia(source: MediaSource, losses: Losses): Json {
  switch (source.kind) {
    case 'data':
      return { inlineData: { mimeType: source.mediaType, data: source.base64 } };
    case 'url':
      return { fileData: { fileUri: source.url, mimeType: source.mediaType } };
    case 'text':
      return { text: source.text };
    case 'file':
      if (source.wire !== 'gemini') losses.refuse('input');
      return { fileData: { fileUri: source.id, mimeType: source.mediaType } };
  }
}
