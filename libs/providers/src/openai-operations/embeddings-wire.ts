import { succeed } from '@tollgate/contracts';
import type { EmbeddingRequest, Losses } from '@tollgate/neutral';
import { isRecord } from '../json/json-value.ts';
import { parseAnswer } from '../json/parse-answer.ts';
import { decodeErrorInside } from '../openai-compatible/decode-failure.ts';
import { decodeReportedCost } from '../openai-compatible/decode-usage.ts';
import type { DecodedOperation, OperationRequest, OperationWire } from '../operation-wire.ts';
import { embeddingAnswer } from '../operations/embedding-answer.ts';
import { plainText } from '../operations/plain-text.ts';
import { readError } from '../refusal/provider-error.ts';
import type { OperationReading } from './decode-response.ts';
import { decodeOperationUsage } from './decode-usage.ts';
import { operationPath } from './endpoints.ts';

/** What a wire of a connection's operation is made of. */
export interface OperationEndpointParts {
  /** The path of a model's chat. */
  readonly chatPathOf: (model: string) => string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly reading: OperationReading;
}

/** OpenAI's embeddings for clients that speak another dialect. Vectors are asked for as numbers: every vendor has those. */
export function embeddingsWire({
  chatPathOf,
  headers,
  reading,
}: OperationEndpointParts): OperationWire<'embeddings'> {
  const { renamed, dropped } = reading.quirks.operations;
  return {
    encodeRequest: ({ request, model, losses }) => {
      const body: Record<string, unknown> = { model, input: encodeInput(request, losses) };
      const { dimensions, endUser } = request;
      if (dimensions !== undefined)
        body[renamed?.embeddings?.dimensions ?? 'dimensions'] = dimensions;
      if (endUser !== undefined) {
        if (dropped?.embeddings?.includes('user')) losses.drop('user');
        else body.user = endUser;
      }
      if (request.purpose !== undefined) losses.drop('purpose');
      if (request.title !== undefined) losses.drop('title');
      for (const name of Object.keys(request.others)) losses.drop(name);
      return succeed({
        path: operationPath(chatPathOf(model), 'embeddings'),
        headers,
        body: Buffer.from(JSON.stringify(body)),
        droppedParams: [],
      });
    },
    decodeAnswer: (body, request) => decodeAnswer(body, request, reading),
  };
}

/** One text alone stays one text: some servers take no list. */
function encodeInput({ inputs }: EmbeddingRequest, losses: Losses): unknown {
  const encoded = inputs.map((input) =>
    input.kind === 'tokens' ? input.tokens : plainText(input, losses),
  );
  return encoded.length === 1 ? encoded[0] : encoded;
}

/** Vectors come in the order of their `index`. */
function decodeAnswer(
  body: Buffer,
  request: OperationRequest<'embeddings'>,
  { quirks, credential }: OperationReading,
): DecodedOperation<'embeddings'> {
  const answer = parseAnswer(body);
  if (isRecord(answer?.error))
    return { ok: false, failure: decodeErrorInside(readError(answer.error), credential) };
  const data: readonly unknown[] = Array.isArray(answer?.data) ? answer.data : [];
  const rows = data.filter(isRecord);
  const report = {
    model: typeof answer?.model === 'string' ? answer.model : '',
    vectors: rows
      .toSorted((a, b) => Number(a.index ?? 0) - Number(b.index ?? 0))
      .map(({ embedding }) => embedding),
    inputTokens: decodeOperationUsage(answer?.usage)?.inputTokens,
    reportedCostPicoUsd: decodeReportedCost(answer?.usage, quirks),
  };
  return embeddingAnswer(report, request);
}
