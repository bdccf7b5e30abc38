import { failure, NO_USAGE, type PicoUsd } from '@tollgate/contracts';
import { type Vector, vectorFromBase64 } from '@tollgate/neutral';
import type { DecodedOperation, OperationRequest } from '../operation-wire.ts';

export interface EmbeddingReport {
  /** As the provider names it; empty when it does not. */
  readonly model: string;
  readonly vectors: readonly unknown[];
  /** Tokens; undefined where the provider does not count. */
  readonly inputTokens: number | undefined;
  readonly reportedCostPicoUsd?: PicoUsd | null;
}

/** The answer, where there is one vector for each input; else `provider.invalid_answer`. */
export function embeddingAnswer(
  { model, vectors: given, inputTokens, reportedCostPicoUsd = null }: EmbeddingReport,
  { request }: Pick<OperationRequest<'embeddings'>, 'request'>,
): DecodedOperation<'embeddings'> {
  const vectors = Array.from(given, vectorOf).filter((vector) => vector !== undefined);
  if (vectors.length !== given.length) return invalid('a vector is none');
  if (vectors.length !== request.inputs.length)
    return invalid(`${vectors.length} vectors for ${request.inputs.length} inputs`);
  const usage = inputTokens === undefined ? null : { ...NO_USAGE, inputTokens };
  const facts = {
    usage,
    reportedCostPicoUsd,
    finishReason: null,
    estimateOutputTokens: () => 0,
  };
  return { ok: true, answer: { model, vectors, usage }, facts };
}

/** A vector as numbers or as base64 of 32-bit floats; undefined for anything else. */
export function vectorOf(embedding: unknown): Vector | undefined {
  if (typeof embedding === 'string') return vectorFromBase64(embedding);
  return isVector(embedding) ? embedding : undefined;
}

function isVector(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')
  );
}

function invalid(internal: string): DecodedOperation<'embeddings'> {
  return { ok: false, failure: failure('provider.invalid_answer', { internal }) };
}
