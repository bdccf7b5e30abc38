import type { Failure, FailureCode } from '@tollgate/contracts';
import { isRecord, parseJson } from '../json/json-value.ts';
import type { RefusedAnswer } from '../provider.ts';
import { describeRefusal } from '../refusal/describe-refusal.ts';
import { decodeRetryAfter } from '../refusal/retry-after.ts';

/** Google's error object (google.rpc.Status), as far as it is looked at. */
interface GoogleError {
  readonly code: number | undefined;
  readonly status: string;
  readonly message: string;
  /** Of an `ErrorInfo`, e.g. `API_KEY_INVALID`. */
  readonly reason: string;
  /** The first field that a `BadRequest` names. */
  readonly field: string;
  readonly retryDelayMs: number | undefined;
}

export function decodeFailure(
  answer: RefusedAnswer,
  credential: string | null,
  nowMs: number,
): Failure {
  const parsed = parseJson(answer.body.toString());
  const outer = Array.isArray(parsed) ? parsed[0] : parsed;
  const error = readError(isRecord(outer) ? outer.error : { message: answer.body.toString() });
  const retryAfterMs = error.retryDelayMs ?? decodeRetryAfter(answer.headers, nowMs);
  const where = `HTTP ${answer.status}`;
  return describe(classify(answer.status, error), where, error, credential, retryAfterMs);
}

/** What an error object inside a 200 means, whole or in a stream. */
export function decodeErrorInside(raw: unknown, credential: string | null): Failure {
  const error = readError(raw);
  const code = classify(error.code ?? BY_NAME[error.status] ?? 500, error);
  return describe(code, 'error inside a 200', error, credential, error.retryDelayMs);
}

function describe(
  code: FailureCode,
  where: string,
  { status, reason, field, message }: GoogleError,
  credential: string | null,
  retryAfterMs: number | undefined,
): Failure {
  const error = {
    code: status.toLowerCase(),
    type: reason,
    param: field,
    message,
    status: undefined,
    isFiltered: false,
  };
  return describeRefusal(code, where, error, credential, retryAfterMs);
}

function classify(status: number, { status: name, message, reason }: GoogleError): FailureCode {
  const said = message.slice(0, 2_000);
  if (reason.startsWith('API_KEY_') || /API key (not valid|not found|expired)/i.test(said))
    return 'provider.rejected_credentials';
  if (reason === 'BILLING_DISABLED' || /credits? (are|is) depleted|enable billing/i.test(said))
    return 'provider.credits_exhausted';
  if (TOO_LONG.test(said) && status < 429) return 'provider.context_too_long';
  if (status === 400 && name === 'FAILED_PRECONDITION' && /location is not supported/i.test(said))
    return 'provider.misconfigured';
  const known = BY_STATUS[status];
  if (known) return known;
  if (status >= 500) return 'provider.server_error';
  return status < 400 ? 'provider.misconfigured' : 'provider.bad_request';
}

const TOO_LONG =
  /prompt is too long|token count|maximum number of tokens|exceeds the (maximum|model).*tokens/i;

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: 'provider.rejected_credentials',
  402: 'provider.credits_exhausted',
  403: 'provider.rejected_credentials',
  404: 'provider.unknown_model',
  408: 'provider.timeout',
  409: 'provider.server_error',
  413: 'provider.context_too_long',
  429: 'provider.rate_limited',
  499: 'provider.timeout',
  503: 'provider.overloaded',
  504: 'provider.timeout',
};

/** HTTP statuses of google.rpc.Code, for errors that name no number. */
const BY_NAME: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

function readError(raw: unknown): GoogleError {
  const error = isRecord(raw) ? raw : { message: raw };
  const rows = Array.isArray(error.details) ? error.details.filter(isRecord) : [];
  const row = (type: string) => rows.find((one) => text(one['@type']).endsWith(`.${type}`)) ?? {};
  const { fieldViolations } = row('BadRequest');
  const violation: unknown = Array.isArray(fieldViolations) ? fieldViolations[0] : undefined;
  const { code } = error;
  return {
    code: typeof code === 'number' && code >= 400 && code <= 599 ? code : undefined,
    status: text(error.status),
    message: text(error.message),
    reason: text(row('ErrorInfo').reason),
    field: isRecord(violation) ? text(violation.field) : '',
    retryDelayMs: durationMs(row('RetryInfo').retryDelay),
  };
}

const LONGEST_MS = 24 * 3_600_000;

/** `48s`, `0.5s`. */
function durationMs(value: unknown): number | undefined {
  const found = /^(\d+(?:\.\d+)?)s$/.exec(text(value));
  return found ? Math.min(Number(found[1]) * 1_000, LONGEST_MS) : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
