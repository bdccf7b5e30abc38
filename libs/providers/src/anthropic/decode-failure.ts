import type { Failure, FailureCode } from '@tollgate/contracts';
import type { RefusedAnswer } from '../provider.ts';
import { describeRefusal } from '../refusal/describe-refusal.ts';
import { type ProviderError, readError, readErrorBody } from '../refusal/provider-error.ts';
import { decodeRetryAfter } from '../refusal/retry-after.ts';

/** What a status other than 2xx means. Of Anthropic's text only its error type and the field's name may reach the caller. */
export function decodeFailure(
  answer: RefusedAnswer,
  credential: string | null,
  nowMs: number,
): Failure {
  const error = readErrorBody(answer.body);
  const code = classify(answer.status, error);
  const retryAfterMs = decodeRetryAfter(answer.headers, nowMs);
  return describe(code, `HTTP ${answer.status}`, error, credential, retryAfterMs);
}

/** What an `error` event inside a stream, or an error object in a 200, means. */
export function decodeErrorInside(raw: unknown, credential: string | null): Failure {
  const error = readError(raw);
  const code = classify(STATUS_OF_TYPE[error.type] ?? 500, error);
  return describe(code, 'error inside a 200', error, credential, undefined);
}

/** The status that goes with a type (docs.anthropic.com/en/api/errors, 2026-11). */
const STATUS_OF_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: 'provider.rejected_credentials',
  402: 'provider.credits_exhausted',
  403: 'provider.rejected_credentials',
  408: 'provider.timeout',
  409: 'provider.server_error',
  413: 'provider.context_too_long',
  429: 'provider.rate_limited',
  503: 'provider.overloaded',
  504: 'provider.timeout',
  529: 'provider.overloaded',
};

/** An account without credits, or at its own limit of spend, is told by a plain 400. */
const NO_CREDITS = /credit balance|specified API usage limits|billing/i;
const TOO_LONG =
  /prompt is too long|context (?:window|limit)|exceeds? the maximum (?:number of )?tokens|input length and `?max_tokens`? exceed/i;
const FILTERED = /content filter|usage polic/i;
const NO_SUCH_MODEL = /^model\b|model .*(?:not found|not exist|not supported)/i;

function classify(status: number, error: ProviderError): FailureCode {
  const said = error.message.slice(0, 2_000);
  if (error.type === 'billing_error') return 'provider.credits_exhausted';
  if (error.type === 'overloaded_error') return 'provider.overloaded';
  if (status === 400 || status === 422) return classifyBadRequest(error, said);
  if (status === 403 && NO_CREDITS.test(said)) return 'provider.credits_exhausted';
  if (status === 404)
    return said === '' || NO_SUCH_MODEL.test(said)
      ? 'provider.unknown_model'
      : 'provider.bad_request';
  const known = BY_STATUS[status];
  if (known) return known;
  if (status >= 500) return 'provider.server_error';
  return status < 400 ? 'provider.misconfigured' : 'provider.bad_request';
}

function classifyBadRequest(error: ProviderError, said: string): FailureCode {
  if (NO_CREDITS.test(said)) return 'provider.credits_exhausted';
  if (TOO_LONG.test(said)) return 'provider.context_too_long';
  if (error.isFiltered || FILTERED.test(said)) return 'provider.content_filtered';
  return 'provider.bad_request';
}

/** The field at fault opens Anthropic's message, e.g. `messages.0.content.1.image: …`. */
const FIELD = /^([a-z_]+(?:\.[a-z0-9_]+)*): /;

function describe(
  code: FailureCode,
  where: string,
  error: ProviderError,
  credential: string | null,
  retryAfterMs: number | undefined,
): Failure {
  const param = error.param || (FIELD.exec(error.message)?.[1] ?? '');
  const named = { ...error, param, code: error.code || error.type };
  return describeRefusal(code, where, named, credential, retryAfterMs);
}
