import { fail, failure, type Failure, type Result, succeed } from '@tollgate/contracts';
import type {
  EmbeddingAnswer,
  EmbeddingInput,
  EmbeddingPurpose,
  EmbeddingRequest,
} from '@tollgate/neutral';
import { optional } from '../json/optional.ts';
import { readObject } from '../json/read-object.ts';
import { jsonAnswer } from '../operation/json-answer.ts';
import { invalid, numberOf, othersOf, textOf } from '../operation/read-fields.ts';
import type {
  EncodedAnswer,
  OperationCodec,
  OperationContext,
  OperationSource,
} from '../operation-codec.ts';
import { decodeParts } from './decode-parts.ts';
import { type EmbedRequest, readEmbedRequests } from './read-requests.ts';

/** Neutral, or not the provider's matter. */
const KNOWN = new Set(['model', 'content', 'taskType', 'title', 'outputDimensionality']);

export const geminiEmbedCodec: OperationCodec<'embeddings'> = {
  dialect: 'gemini-embed',
  operation: 'embeddings',
  fieldNames: { dimensions: 'outputDimensionality', purpose: 'taskType', input: 'content' },
  decodeRequest,
  encodeAnswer,
};

const PURPOSES: Readonly<Record<string, EmbeddingPurpose>> = {
  RETRIEVAL_QUERY: 'query',
  RETRIEVAL_DOCUMENT: 'document',
  SEMANTIC_SIMILARITY: 'similarity',
  CLASSIFICATION: 'classification',
  CLUSTERING: 'clustering',
  QUESTION_ANSWERING: 'question_answering',
  FACT_VERIFICATION: 'fact_verification',
  CODE_RETRIEVAL_QUERY: 'code_query',
};

/** What holds for the whole of a neutral request and may differ within a batch. */
const SHARED = ['taskType', 'title', 'outputDimensionality'] as const;

function decodeRequest({ body }: OperationSource): Result<EmbeddingRequest, Failure> {
  const read = readObject(body);
  if (!read.ok) return read;
  const reading = readEmbedRequests(read.value.fields);
  if (!reading.ok) return invalid(reading.problem);
  const { requests } = reading.value;
  const [first] = requests;
  const mixed = first && findMixed(first, requests);
  if (!first || mixed) return fail(mixedFailure(mixed ?? 'requests'));
  const inputs: EmbeddingInput[] = [];
  for (const request of requests) {
    const input = decodeInput(request);
    if (!input.ok) return input;
    inputs.push(input.value);
  }
  const { fields } = first;
  const taskType = textOf(fields, 'taskType');
  const purpose = taskType === undefined ? undefined : PURPOSES[taskType];
  const others = Object.assign({}, ...requests.map((one) => othersOf(one.fields, KNOWN)));
  const isUnknown = taskType !== undefined && taskType !== 'TASK_TYPE_UNSPECIFIED' && !purpose;
  return succeed({
    inputs,
    ...optional('dimensions', numberOf(fields, 'outputDimensionality')),
    ...optional('purpose', purpose),
    ...optional('title', textOf(fields, 'title')),
    others: isUnknown ? { ...others, taskType } : others,
  });
}

function decodeInput({ parts, place }: EmbedRequest): Result<EmbeddingInput, Failure> {
  const decoded = decodeParts(parts);
  if (!decoded) {
    const param = `${place}content.parts`;
    return invalid({ param, message: `"${param}" has a part that cannot be embedded.` });
  }
  const [only] = decoded;
  const isText = decoded.length === 1 && only?.type === 'text';
  return succeed(isText ? { kind: 'text', text: only.text } : { kind: 'parts', parts: decoded });
}

function findMixed(first: EmbedRequest, requests: readonly EmbedRequest[]): string | undefined {
  for (const name of SHARED) {
    const other = requests.find(({ fields }) => fields[name] !== first.fields[name]);
    if (other) return `${other.place}${name}`;
  }
  return undefined;
}

function mixedFailure(param: string): Failure {
  const message = `"${param}" differs within the batch, which only Google's own models take.`;
  return failure('request.unsupported_by_provider', { param, message });
}

function encodeAnswer(
  { vectors, usage }: EmbeddingAnswer,
  { body }: OperationContext,
): EncodedAnswer {
  const read = readObject(body);
  const isBatch = read.ok && read.value.fields['requests'] !== undefined;
  const embeddings = vectors.map((vector) => ({ values: Array.from(vector) }));
  return jsonAnswer({
    ...(isBatch ? { embeddings } : { embedding: embeddings[0] ?? { values: [] } }),
    ...(usage ? { usageMetadata: { promptTokenCount: usage.inputTokens } } : {}),
  });
}
