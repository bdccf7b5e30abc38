import { fail, failure, type Failure, NO_USAGE, type Result, succeed } from '@tollgate/contracts';
import { isRecord, parseJson } from '../../json/json-value.ts';
import type { ClientRequest, DecodedResponse, UpstreamRequest } from '../../provider.ts';
import type { GoogleEndpoint } from '../endpoint.ts';
import { readEmbeddings } from './decode-answer.ts';

/**
 * The client's own `embedContent` or `batchEmbedContents`, told apart by the body. Its bytes go on, unless they name
 * another model than the one that is asked: Google wants the same in the path and in every request of a batch.
 */
export function encodeEmbedding(
  { body }: ClientRequest,
  model: string,
  { headers, pathOf }: GoogleEndpoint,
): Result<UpstreamRequest, Failure> {
  const fields = parseJson(Buffer.from(body).toString());
  if (!isRecord(fields)) return fail(failure('request.validation_error'));
  const { requests } = fields;
  const name = /^(models|tunedModels)\//.test(model) ? model : `models/${model}`;
  const isBatch = Array.isArray(requests);
  const named = isBatch ? requests.filter(isRecord) : [];
  const isSame =
    named.every((one) => one.model === name) && [undefined, name].includes(textOf(fields.model));
  return succeed({
    path: pathOf(model, isBatch ? 'batchEmbedContents' : 'embedContent'),
    headers,
    body: isSame ? body : Buffer.from(JSON.stringify(withModel(fields, name))),
    droppedParams: [],
  });
}

/** The answer's bytes go to the client as they are. */
export function decodeEmbedding(body: Buffer, credential: string | null): DecodedResponse {
  const read = readEmbeddings(body, credential);
  if (!read.ok) return read;
  const { inputTokens } = read;
  const facts = {
    usage: inputTokens === undefined ? null : { ...NO_USAGE, inputTokens },
    reportedCostPicoUsd: null,
    finishReason: null,
    estimateOutputTokens: () => 0,
  };
  return { ok: true, body, facts };
}

function withModel(fields: Readonly<Record<string, unknown>>, model: string): object {
  const { requests } = fields;
  return {
    ...fields,
    ...(fields.model === undefined ? {} : { model }),
    ...(Array.isArray(requests)
      ? { requests: requests.map((one) => (isRecord(one) ? { ...one, model } : one)) }
      : {}),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
