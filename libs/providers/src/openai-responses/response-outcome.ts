import { type Failure, failure } from '@tollgate/contracts';
import { isRecord } from '../json/json-value.ts';
import { decodeErrorInside } from '../openai-compatible/decode-failure.ts';
import { readError } from '../refusal/provider-error.ts';

/** What a `response` object says of its end: a reason in the provider's own word, or the failure that it is. */
export type ResponseOutcome =
  | { readonly ok: true; readonly finishReason: string | null }
  | { readonly ok: false; readonly failure: Failure };

const LONGEST_REASON = 64;

/** Reads a `response` object, whole or from the last event of a stream. */
export function readOutcome(
  response: Readonly<Record<string, unknown>>,
  credential: string | null,
): ResponseOutcome {
  const { status, error, incomplete_details: details } = response;
  if (isRecord(error) || typeof error === 'string' || status === 'failed')
    return { ok: false, failure: failureInside(error, credential) };
  const reason = isRecord(details) && typeof details.reason === 'string' ? details.reason : status;
  return {
    ok: true,
    finishReason: typeof reason === 'string' ? reason.slice(0, LONGEST_REASON) : null,
  };
}

/** The failure that an `error` object or an `error` event tells. */
export function failureInside(error: unknown, credential: string | null): Failure {
  if (error === null || error === undefined)
    return failure('provider.server_error', { internal: 'the response failed without a reason' });
  const read = readError(error);
  const status = STATUS_OF[read.code] ?? STATUS_OF[read.type];
  return decodeErrorInside(
    status === undefined || read.status !== undefined ? read : { ...read, status },
    credential,
  );
}

/** Words in an error inside a 200 that stand for the status that the error would have had. */
const STATUS_OF: Readonly<Record<string, number>> = {
  rate_limit_exceeded: 429,
  rate_limit_error: 429,
  insufficient_quota: 429,
  invalid_prompt: 400,
  invalid_request_error: 400,
  context_length_exceeded: 400,
  invalid_image: 400,
  model_not_found: 404,
  server_is_overloaded: 503,
  overloaded_error: 503,
};
