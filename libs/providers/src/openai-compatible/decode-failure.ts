import type { Failure, FailureCode } from '@tollgate/contracts';
import type { RefusedAnswer } from '../provider.ts';
import { describeRefusal } from '../refusal/describe-refusal.ts';
import { type ProviderError, readErrorBody } from '../refusal/provider-error.ts';
import { decodeRetryAfter } from '../refusal/retry-after.ts';

/** What a status other than 2xx means. Of the vendor's text only a field's name and a code may reach the caller. */
export function decodeFailure(
  answer: RefusedAnswer,
  credential: string | null,
  nowMs: number,
): Failure {
  const error = readErrorBody(answer.body);
  const code = classify(answer.status, error);
  const retryAfterMs = decodeRetryAfter(answer.headers, nowMs);
  return describeRefusal(code, `HTTP ${answer.status}`, error, credential, retryAfterMs);
}

/** What an error object inside a 200 means, whole or in a stream. */
export function decodeErrorInside(error: ProviderError, credential: string | null): Failure {
  const code = classify(error.status ?? 500, error);
  return describeRefusal(code, 'error inside a 200', error, credential, undefined);
}

function classify(status: number, error: ProviderError): FailureCode {
  if (error.isFiltered) return 'provider.content_filtered';
  const known = BY_STATUS[status];
  if (status === 429 && /insufficient_quota|billing/.test(`${error.code} ${error.type}`))
    return 'provider.credits_exhausted';
  if (known) return known;
  if (status >= 500) return 'provider.server_error';
  if (status < 400) return 'provider.misconfigured';
  if (isContextTooLong(error)) return 'provider.context_too_long';
  if (UNKNOWN_MODEL.test(error.code)) return 'provider.unknown_model';
  return 'provider.bad_request';
}

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: 'provider.rejected_credentials',
  402: 'provider.credits_exhausted',
  403: 'provider.rejected_credentials',
  404: 'provider.unknown_model',
  408: 'provider.timeout',
  409: 'provider.server_error',
  413: 'provider.context_too_long',
  425: 'provider.overloaded',
  429: 'provider.rate_limited',
  498: 'provider.overloaded',
  503: 'provider.overloaded',
  504: 'provider.timeout',
  529: 'provider.overloaded',
};

const UNKNOWN_MODEL = /^(model_not_found|unknown_model|DeploymentNotFound|invalid_model)$/;

function isContextTooLong(error: ProviderError): boolean {
  return (
    error.code === 'context_length_exceeded' ||
    /context (length|window)|prompt (is )?too long|too many (input )?tokens/i.test(
      error.message.slice(0, 2_000),
    )
  );
}
