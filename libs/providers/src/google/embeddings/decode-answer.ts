import { failure } from '@tollgate/contracts';
import { isRecord } from '../../json/json-value.ts';
import { parseAnswer } from '../../json/parse-answer.ts';
import type { DecodedResponse } from '../../provider.ts';
import { decodeErrorInside } from '../decode-failure.ts';

type Json = Readonly<Record<string, unknown>>;

/** What all three shapes of Google's embeddings come to. */
export interface EmbeddingsRead {
  readonly ok: true;
  readonly vectors: readonly unknown[];
  readonly inputTokens: number | undefined;
}

export type EmbeddingsReading = EmbeddingsRead | Extract<DecodedResponse, { readonly ok: false }>;

/** Reads `embedContent`, `batchEmbedContents` or Vertex's `predict`. */
export function readEmbeddings(body: Buffer, credential: string | null): EmbeddingsReading {
  const answer = parseAnswer(body);
  if (!answer) return invalid('the answer is no JSON object');
  if (isRecord(answer.error))
    return { ok: false, failure: decodeErrorInside(answer.error, credential) };
  const list = listOf(answer);
  if (!list) return invalid('there are no vectors');
  const vectors = list.map((one) => (isRecord(one) ? one.values : undefined));
  return { ok: true, vectors, inputTokens: countOf(answer, list) };
}

function listOf({ embedding, embeddings, predictions }: Json): readonly unknown[] | undefined {
  if (isRecord(embedding)) return [embedding];
  if (Array.isArray(embeddings)) return embeddings;
  if (!Array.isArray(predictions)) return undefined;
  return predictions.map((one) => (isRecord(one) ? one.embeddings : undefined));
}

/** Older models do not count; Vertex counts each text. */
function countOf({ usageMetadata }: Json, list: readonly unknown[]): number | undefined {
  if (isRecord(usageMetadata)) return whole(usageMetadata.promptTokenCount);
  let sum = 0;
  for (const one of list) {
    const statistics = isRecord(one) ? one.statistics : undefined;
    const tokens = isRecord(statistics)
      ? whole(statistics.token_count ?? statistics.tokenCount)
      : undefined;
    if (tokens === undefined) return undefined;
    sum += tokens;
  }
  return sum;
}

function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS
    ? value
    : undefined;
}

/** No call has more; what claims more is a mistake. */
const MOST_TOKENS = 1_000_000_000;

function invalid(internal: string): EmbeddingsReading {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
