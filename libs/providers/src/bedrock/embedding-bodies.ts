import type { EmbeddingInput, EmbeddingPurpose, EmbeddingRequest } from '@tollgate/neutral';
import { plainText } from '../operations/plain-text.ts';
import type { OperationRequest } from '../operation-wire.ts';
import type { JsonObject } from './wire.ts';

export type EmbeddingFamily = 'titan-text' | 'titan-image' | 'cohere' | 'nova';

/** Undefined for a model that is known to give no vectors, or not known at all. */
export function embeddingFamily(model: string): EmbeddingFamily | undefined {
  if (/amazon\.titan-embed-image/.test(model)) return 'titan-image';
  if (/amazon\.titan-embed/.test(model)) return 'titan-text';
  if (/cohere\.embed/.test(model)) return 'cohere';
  return /amazon\.nova-.*embed/.test(model) ? 'nova' : undefined;
}

type Asked = OperationRequest<'embeddings'>;

/** What InvokeModel takes: every vendor's own words (docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html, 2026-11). */
export const EMBEDDING_BODIES: Readonly<Record<EmbeddingFamily, (asked: Asked) => JsonObject>> = {
  'titan-text': (asked) => {
    losePurpose(asked);
    return {
      inputText: plainText(onlyInput(asked), asked.losses),
      ...dimensions(asked.request, 'dimensions'),
    };
  },
  'titan-image': (asked) => {
    losePurpose(asked);
    const { text, image } = textAndImage(onlyInput(asked), asked);
    const length = dimensions(asked.request, 'outputEmbeddingLength');
    return {
      ...(text === undefined ? {} : { inputText: text }),
      ...(image === undefined ? {} : { inputImage: image.base64 }),
      ...(Object.keys(length).length === 0 ? {} : { embeddingConfig: length }),
    };
  },
  cohere: (asked) => {
    const { request, losses } = asked;
    const { purpose } = request;
    const type = purpose === undefined ? undefined : COHERE_TYPES[purpose];
    // Cohere wants a purpose; without one that it knows, what is embedded is taken for a document.
    if (type === undefined) losses.adapt('purpose');
    return {
      input_type: type ?? 'search_document',
      texts: request.inputs.map((input) => plainText(input, losses)),
      ...dimensions(request, 'output_dimension'),
    };
  },
  nova: (asked) => {
    const { purpose } = asked.request;
    const { text, image } = textAndImage(onlyInput(asked), asked);
    const format = image?.mediaType.replace(/^image\/(jpg$)?/, (_all, jpg) => (jpg ? 'jpeg' : ''));
    return {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: purpose === undefined ? 'GENERIC_INDEX' : NOVA_PURPOSES[purpose],
        ...dimensions(asked.request, 'embeddingDimension'),
        ...(text === undefined ? {} : { text: { truncationMode: 'NONE', value: text } }),
        ...(image === undefined ? {} : { image: { format, source: { bytes: image.base64 } } }),
      },
    };
  },
};

function dimensions({ dimensions: wanted }: EmbeddingRequest, name: string): JsonObject {
  return wanted === undefined ? {} : { [name]: wanted };
}

function losePurpose({ request, losses }: Asked): void {
  if (request.purpose !== undefined) losses.drop('purpose');
}

/** These models take one input a call. */
function onlyInput({ request, losses }: Asked): EmbeddingInput {
  if (request.inputs.length > 1) losses.refuse('input');
  return request.inputs[0] ?? { kind: 'text', text: '' };
}

interface TextAndImage {
  readonly text?: string;
  readonly image?: { readonly mediaType: string; readonly base64: string };
}

function textAndImage(input: EmbeddingInput, { losses, fetched }: Asked): TextAndImage {
  if (input.kind !== 'parts') return { text: plainText(input, losses) };
  const images = input.parts.filter((part) => part.type === 'image');
  const texts = input.parts.filter((part) => part.type === 'text');
  if (images.length > 1 || images.length + texts.length < input.parts.length)
    losses.refuse('input');
  const [first] = images;
  const source = first?.source;
  const image =
    source?.kind === 'data' ? source : source?.kind === 'url' ? fetched.get(source.url) : undefined;
  if (first && !image) losses.refuse('input');
  return {
    ...(texts.length === 0 ? {} : { text: texts.map(({ text }) => text).join('\n') }),
    ...(image === undefined ? {} : { image }),
  };
}

const COHERE_TYPES: Readonly<Partial<Record<EmbeddingPurpose, string>>> = {
  query: 'search_query',
  question_answering: 'search_query',
  code_query: 'search_query',
  document: 'search_document',
  classification: 'classification',
  clustering: 'clustering',
};

const NOVA_PURPOSES: Readonly<Record<EmbeddingPurpose, string>> = {
  query: 'TEXT_RETRIEVAL',
  question_answering: 'TEXT_RETRIEVAL',
  code_query: 'TEXT_RETRIEVAL',
  fact_verification: 'TEXT_RETRIEVAL',
  document: 'GENERIC_INDEX',
  similarity: 'GENERIC_INDEX',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
};
